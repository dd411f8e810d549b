#include "core/nn/safetensors.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"

namespace carousel {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxHeaderBytes = 100'000'000;
constexpr std::size_t kHeaderAlignment = 8;

struct TypeName {
  TensorType type;
  const char* name;
  std::size_t bytes;
};
constexpr std::array<TypeName, 4> kTypeNames = {{{TensorType::kF32, "F32", 4},
                                                 {TensorType::kF64, "F64", 8},
                                                 {TensorType::kI64, "I64", 8},
                                                 {TensorType::kU8, "U8", 1}}};

const TypeName& DescribeType(TensorType type) {
  return *std::find_if(kTypeNames.begin(), kTypeNames.end(),
                       [&](const TypeName& name) { return name.type == type; });
}

absl::Status Invalid(std::string_view tensor, std::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat("safetensors: tensor '",
                                                 std::string(tensor), "' ",
                                                 std::string(problem)));
}

// Bytes that a tensor of this shape takes; nothing when it would overflow.
std::optional<std::size_t> ByteCount(const std::vector<std::int64_t>& shape,
                                     std::size_t element_bytes) {
  std::size_t count = element_bytes;
  for (const std::int64_t size : shape) {
    if (size < 0) return std::nullopt;
    const auto factor = static_cast<std::size_t>(size);
    if (factor != 0 &&
        count > std::numeric_limits<std::size_t>::max() / factor) {
      return std::nullopt;
    }
    count *= factor;
  }
  return count;
}

absl::StatusOr<Json> ParseHeader(std::string_view content,
                                 std::size_t& data_offset) {
  std::uint64_t header_bytes = 0;
  if (content.size() < sizeof(header_bytes)) {
    return absl::InvalidArgumentError(
        absl::StrCat("safetensors: the file has ", content.size(),
                     " bytes; it must have at least 8"));
  }
  std::memcpy(&header_bytes, content.data(), sizeof(header_bytes));
  if (header_bytes > kMaxHeaderBytes ||
      header_bytes > content.size() - sizeof(header_bytes)) {
    return absl::InvalidArgumentError(
        absl::StrCat("safetensors: the header has ", header_bytes,
                     " bytes; it must have at "
                     "most ",
                     std::min(kMaxHeaderBytes, content.size() - 8)));
  }
  data_offset = sizeof(header_bytes) + header_bytes;
  Json header = Json::parse(content.substr(sizeof(header_bytes), header_bytes),
                            nullptr, /*allow_exceptions=*/false);
  if (!header.is_object()) {
    return absl::InvalidArgumentError(
        "safetensors: the header is no JSON object");
  }
  return header;
}

struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// Reads one entry of the header, {"dtype", "shape", "data_offsets"}.
absl::StatusOr<NamedTensor> ParseEntry(const std::string& name,
                                       const Json& entry, Range& range) {
  if (!entry.is_object() || !entry.contains("dtype") ||
      !entry["dtype"].is_string() || !entry.contains("shape") ||
      !entry["shape"].is_array() || !entry.contains("data_offsets") ||
      !entry["data_offsets"].is_array() || entry["data_offsets"].size() != 2) {
    return Invalid(name, "has no dtype, shape and data_offsets");
  }
  const auto is_size = [](const Json& value) {
    return value.is_number_integer() && value >= 0;
  };
  const Json& offsets = entry["data_offsets"];
  if (!std::all_of(entry["shape"].begin(), entry["shape"].end(), is_size) ||
      !std::all_of(offsets.begin(), offsets.end(), is_size)) {
    return Invalid(name, "has a size or an offset that is no whole number");
  }
  NamedTensor tensor{.name = name,
                     .shape = entry["shape"].get<std::vector<std::int64_t>>()};
  const std::string dtype = entry["dtype"];
  const auto* type =
      std::find_if(kTypeNames.begin(), kTypeNames.end(),
                   [&](const TypeName& known) { return dtype == known.name; });
  if (type == kTypeNames.end()) {
    return Invalid(name, absl::StrCat("has dtype ", dtype,
                                      "; it must be F32, F64, I64 or U8"));
  }
  tensor.type = type->type;
  range = {offsets[0].get<std::size_t>(), offsets[1].get<std::size_t>()};
  const auto bytes = ByteCount(tensor.shape, type->bytes);
  if (!bytes.has_value() || range.end < range.begin ||
      range.end - range.begin != *bytes) {
    return Invalid(name,
                   absl::StrCat("has offsets [", range.begin, ", ", range.end,
                                "), which its shape does not "
                                "fill"));
  }
  return tensor;
}

}  // namespace

const NamedTensor* SafetensorsFile::Find(std::string_view name) const {
  const auto it = std::find_if(
      tensors.begin(), tensors.end(),
      [&](const NamedTensor& tensor) { return tensor.name == name; });
  return it == tensors.end() ? nullptr : &*it;
}

std::string SerializeSafetensors(const SafetensorsFile& file) {
  Json header = Json::object();
  if (!file.metadata.empty()) header["__metadata__"] = file.metadata;
  std::size_t offset = 0;
  for (const NamedTensor& tensor : file.tensors) {
    header[tensor.name] = {
        {"dtype", DescribeType(tensor.type).name},
        {"shape", tensor.shape},
        {"data_offsets", {offset, offset + tensor.bytes.size()}}};
    offset += tensor.bytes.size();
  }
  std::string text = header.dump();
  // Readers map the file: the tensors begin at a multiple of 8.
  text.resize((text.size() + kHeaderAlignment - 1) / kHeaderAlignment *
                  kHeaderAlignment,
              ' ');
  const std::uint64_t header_bytes = text.size();
  std::string content(sizeof(header_bytes), '\0');
  std::memcpy(content.data(), &header_bytes, sizeof(header_bytes));
  content.reserve(content.size() + text.size() + offset);
  content += text;
  for (const NamedTensor& tensor : file.tensors) content += tensor.bytes;
  return content;
}

absl::StatusOr<SafetensorsFile> ParseSafetensors(std::string_view content) {
  std::size_t data_offset = 0;
  ASSIGN_OR_RETURN(const Json header, ParseHeader(content, data_offset));
  const std::string_view data = content.substr(data_offset);
  SafetensorsFile file;
  std::vector<std::pair<Range, std::size_t>> ranges;
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") {
      for (const auto& [key, value] : entry.items()) {
        if (!value.is_string()) {
          return Invalid(name, "has a value that is no text");
        }
        file.metadata[key] = value;
      }
      continue;
    }
    Range range;
    ASSIGN_OR_RETURN(NamedTensor tensor, ParseEntry(name, entry, range));
    if (range.end > data.size()) {
      return Invalid(name,
                     absl::StrCat("ends at ", range.end, "; the data has ",
                                  data.size(), " bytes"));
    }
    tensor.bytes = data.substr(range.begin, range.end - range.begin);
    ranges.emplace_back(range, file.tensors.size());
    file.tensors.push_back(std::move(tensor));
  }
  // In the order of the data there is no gap, no overlap and nothing after.
  std::sort(ranges.begin(), ranges.end(), [](const auto& a, const auto& b) {
    return std::pair(a.first.begin, a.first.end) <
           std::pair(b.first.begin, b.first.end);
  });
  std::size_t expected = 0;
  for (const auto& [range, index] : ranges) {
    if (range.begin != expected) {
      return Invalid(file.tensors[index].name,
                     absl::StrCat("begins at ", range.begin,
                                  "; it must begin at ", expected));
    }
    expected = range.end;
  }
  if (expected != data.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("safetensors: ", data.size() - expected,
                     " bytes follow the last tensor"));
  }
  return file;
}

}  // namespace carousel
