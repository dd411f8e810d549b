// What a fuzzer says when a property does not hold, and how it reads options
// off its input.
#ifndef CAROUSEL_TESTS_FUZZ_FUZZ_CHECK_H_
#define CAROUSEL_TESTS_FUZZ_FUZZ_CHECK_H_

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

// Ends the program, which libFuzzer takes for a finding and keeps the input.
#define FUZZ_CHECK(condition)                                               \
  do {                                                                      \
    if (!(condition)) {                                                     \
      std::fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, \
                   #condition);                                             \
      std::abort();                                                         \
    }                                                                       \
  } while (false)

namespace carousel {

// The input as bytes of text.
inline std::string_view FuzzText(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// Takes the first byte, 0 when there is none: the options of a run.
inline std::uint8_t TakeByte(std::string_view& text) {
  if (text.empty()) return 0;
  const auto byte = static_cast<std::uint8_t>(text.front());
  text.remove_prefix(1);
  return byte;
}

}  // namespace carousel

#endif  // CAROUSEL_TESTS_FUZZ_FUZZ_CHECK_H_
