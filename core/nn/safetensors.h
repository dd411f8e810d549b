// The safetensors file format (huggingface/safetensors, version 0.x): 8 bytes
// little-endian header size, a JSON header, the tensors' bytes. Knows no torch.
#ifndef CAROUSEL_CORE_NN_SAFETENSORS_H_
#define CAROUSEL_CORE_NN_SAFETENSORS_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace carousel {

// A dense row-major tensor. Only the types that a model folder holds.
enum class TensorType { kF32, kF64, kI64, kU8 };

struct NamedTensor {
  std::string name;
  TensorType type = TensorType::kF32;
  std::vector<std::int64_t> shape;
  std::string bytes;  // little-endian, product(shape) * size(type)
};

struct SafetensorsFile {
  std::vector<NamedTensor> tensors;
  std::map<std::string, std::string> metadata;

  // Null when there is none of that name.
  const NamedTensor* Find(std::string_view name) const;
};

std::string SerializeSafetensors(const SafetensorsFile& file);

// INVALID_ARGUMENT, naming the tensor and the offset, for a header that is
// not JSON or over 100 MB, an unknown type, offsets that overlap, leave gaps,
// run past the end or disagree with the shape.
absl::StatusOr<SafetensorsFile> ParseSafetensors(std::string_view content);

}  // namespace carousel

#endif  // CAROUSEL_CORE_NN_SAFETENSORS_H_
