// Linked into every program. mold 1.10 begins the pages that become read-only
// after relocation (RELRO) at the thread-local zeros (.tbss), whatever their
// alignment. ATen/Parallel.h has one such byte; where it comes to lie just
// below a page that begins the data, the page that it would be in is not
// mapped, and the program does not start ("cannot apply additional memory
// protection after relocation"). With an alignment no smaller than the data's
// own, both begin at the same place.
alignas(64) thread_local char carousel_tls_alignment;
