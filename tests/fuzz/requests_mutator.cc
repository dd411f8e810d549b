// How libFuzzer changes and crosses scripts of calls: as messages, since what
// it does to bytes is seldom a script.
#include <algorithm>
#include <cstring>
#include <random>
#include <string>
#include <utility>

#include "tests/fuzz/call_script_mutation.h"
#include "tests/fuzz/fuzz_check.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size,
                                        std::size_t max_size);

namespace carousel {
namespace {

std::string MutateAsBytes(std::string bytes, std::size_t max_size) {
  const std::size_t size = std::min(bytes.size(), max_size);
  bytes.resize(max_size);
  bytes.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(bytes.data()),
                                size, max_size));
  return bytes;
}

CallScript ParseOrAnyScript(std::string_view text) {
  auto script = ParseCallScript(text);
  if (script.has_value()) return *std::move(script);
  return *ParseCallScript("carousel.v1.ServerService/GetServerInfo\n");
}

// 0, which libFuzzer takes for no change, when it does not fit.
std::size_t Print(const CallScript& script, std::uint8_t* data,
                  std::size_t max_size) {
  const std::string text = PrintCallScript(script);
  if (text.size() > max_size) return 0;
  std::memcpy(data, text.data(), text.size());
  return text.size();
}

}  // namespace
}  // namespace carousel

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data,
                                               std::size_t size,
                                               std::size_t max_size,
                                               unsigned int seed) {
  std::mt19937_64 random(seed);
  carousel::CallScript script =
      carousel::ParseOrAnyScript(carousel::FuzzText(data, size));
  carousel::MutateCallScript(random, carousel::MutateAsBytes, script);
  return carousel::Print(script, data, max_size);
}

extern "C" std::size_t LLVMFuzzerCustomCrossOver(
    const std::uint8_t* data1, std::size_t size1, const std::uint8_t* data2,
    std::size_t size2, std::uint8_t* out, std::size_t max_size,
    unsigned int seed) {
  std::mt19937_64 random(seed);
  return carousel::Print(
      carousel::CrossCallScripts(
          random, carousel::ParseOrAnyScript(carousel::FuzzText(data1, size1)),
          carousel::ParseOrAnyScript(carousel::FuzzText(data2, size2))),
      out, max_size);
}
