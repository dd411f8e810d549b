// Nothing: a target needs a file, and this one makes the headers that the tests
// have in common.
