// Any file as safetensors: what is accepted fits its shapes, and what it
// means, written again, reads back.
#include <string>
#include <string_view>

#include "core/nn/safetensors.h"
#include "tests/fuzz/fuzz_check.h"

namespace carousel {
namespace {

void TestOneFile(std::string_view content) {
  const auto file = ParseSafetensors(content);
  if (!file.ok()) return;
  for (const NamedTensor& tensor : file->tensors) {
    FUZZ_CHECK(file->Find(tensor.name) != nullptr);
    for (const std::int64_t size : tensor.shape) FUZZ_CHECK(size >= 0);
    FUZZ_CHECK(tensor.bytes.size() <= content.size());
  }
  const std::string written = SerializeSafetensors(*file);
  const auto again = ParseSafetensors(written);
  FUZZ_CHECK(again.ok() && again->metadata == file->metadata);
  FUZZ_CHECK(again->tensors.size() == file->tensors.size());
  for (const NamedTensor& tensor : file->tensors) {
    const NamedTensor* const read = again->Find(tensor.name);
    FUZZ_CHECK(read != nullptr && read->type == tensor.type);
    FUZZ_CHECK(read->shape == tensor.shape && read->bytes == tensor.bytes);
  }
}

}  // namespace
}  // namespace carousel

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  carousel::TestOneFile(carousel::FuzzText(data, size));
  return 0;
}
