// How a fuzzer changes scripts: as messages, field by field, so that what it
// makes is always something that a client could send.
#ifndef CAROUSEL_TESTS_FUZZ_CALL_SCRIPT_MUTATION_H_
#define CAROUSEL_TESTS_FUZZ_CALL_SCRIPT_MUTATION_H_

#include <cstddef>
#include <random>
#include <string>

#include "absl/functional/function_ref.h"
#include "tests/fuzz/call_script.h"

namespace carousel {

// Changes a string to one of at most that many bytes.
using MutateBytes =
    absl::FunctionRef<std::string(std::string bytes, std::size_t max_size)>;

// Changes the script a little: a field of a message, the messages of a call,
// or the calls.
void MutateCallScript(std::mt19937_64& random, MutateBytes mutate_bytes,
                      CallScript& script);

// The first calls of one and the last of the other, at least one in all.
CallScript CrossCallScripts(std::mt19937_64& random, CallScript first,
                            CallScript second);

}  // namespace carousel

#endif  // CAROUSEL_TESTS_FUZZ_CALL_SCRIPT_MUTATION_H_
