// checkpoint.bin: a line that says what it is, the size of the header (64 bits,
// little-endian), a JSON header, the three binary parts in the order of
// kParts, and the SHA-256 of all that (32 bytes).
#include "core/train/checkpoint.h"

#include <bit>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "core/base/files.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"

namespace carousel {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::string_view kMagic = "carousel checkpoint 2\n";

struct Part {
  const char* key;
  std::string Checkpoint::*member;
};
constexpr Part kParts[] = {{"weights", &Checkpoint::weights},
                           {"best_weights", &Checkpoint::best_weights},
                           {"optimizer", &Checkpoint::optimizer}};

std::string Header(const Checkpoint& checkpoint) {
  nlohmann::json epochs = nlohmann::json::array();
  for (const EpochMetrics& epoch : checkpoint.epochs) {
    epochs.push_back(ToJson(epoch));
  }
  nlohmann::json sizes;
  for (const Part& part : kParts) {
    sizes[part.key] = (checkpoint.*part.member).size();
  }
  return nlohmann::json{{"parameters", ToJson(checkpoint.parameters)},
                        {"inputs_sha256", checkpoint.inputs_sha256},
                        {"best_epoch", checkpoint.best_epoch},
                        {"epochs", std::move(epochs)},
                        {"compute", ToJson(checkpoint.compute)},
                        {"sizes", std::move(sizes)}}
      .dump();
}

// Fills everything but the parts, and gives their sizes.
absl::StatusOr<std::vector<std::size_t>> ParseHeader(std::string_view text,
                                                     Checkpoint& checkpoint) {
  std::vector<std::size_t> sizes;
  try {
    const nlohmann::json json = nlohmann::json::parse(text);
    ASSIGN_OR_RETURN(checkpoint.parameters,
                     HyperParametersFromJson(json.at("parameters")));
    json.at("inputs_sha256").get_to(checkpoint.inputs_sha256);
    json.at("best_epoch").get_to(checkpoint.best_epoch);
    for (const nlohmann::json& epoch : json.at("epochs")) {
      ASSIGN_OR_RETURN(EpochMetrics metrics, EpochMetricsFromJson(epoch));
      checkpoint.epochs.push_back(metrics);
    }
    ASSIGN_OR_RETURN(checkpoint.compute, ComputeFromJson(json.at("compute")));
    for (const Part& part : kParts) {
      sizes.push_back(json.at("sizes").at(part.key).get<std::size_t>());
    }
  } catch (const nlohmann::json::exception& error) {
    return absl::DataLossError(absl::StrCat("header: ", error.what()));
  }
  return sizes;
}

// Takes the first `size` bytes off `content`; false when there are fewer.
bool Take(std::string_view& content, std::uint64_t size,
          std::string_view& piece) {
  if (content.size() < size) return false;
  piece = content.substr(0, size);
  content.remove_prefix(size);
  return true;
}

std::string_view AsBytes(const Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

absl::StatusOr<Checkpoint> ParseCheckpoint(std::string_view content) {
  const absl::Status damaged =
      absl::DataLossError("the checkpoint is cut or damaged");
  constexpr std::size_t kDigestSize = sizeof(Sha256Digest);
  if (content.size() < kMagic.size() + kDigestSize) return damaged;
  if (content.substr(0, kMagic.size()) != kMagic) {
    return absl::DataLossError("not a checkpoint of this version");
  }
  const std::string_view digest = content.substr(content.size() - kDigestSize);
  content.remove_suffix(kDigestSize);
  if (AsBytes(Sha256Of(content)) != digest) return damaged;

  content.remove_prefix(kMagic.size());
  std::string_view piece;
  std::uint64_t header_size = 0;
  if (!Take(content, sizeof(header_size), piece)) return damaged;
  std::memcpy(&header_size, piece.data(), sizeof(header_size));
  if (!Take(content, header_size, piece)) return damaged;
  Checkpoint checkpoint;
  ASSIGN_OR_RETURN(const std::vector<std::size_t> sizes,
                   ParseHeader(piece, checkpoint));
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (!Take(content, sizes[i], piece)) return damaged;
    checkpoint.*kParts[i].member = piece;
  }
  if (!content.empty()) return damaged;
  return checkpoint;
}

}  // namespace

absl::Status WriteCheckpoint(const Checkpoint& checkpoint,
                             const std::filesystem::path& folder) {
  ASSIGN_OR_RETURN(const std::unique_ptr<AtomicFileWriter> file,
                   AtomicFileWriter::Create(folder / kCheckpointFile));
  Sha256 digest;
  const auto append = [&](std::string_view bytes) {
    digest.Update(bytes);
    return file->Append(bytes);
  };
  const std::string header = Header(checkpoint);
  const std::uint64_t header_size = header.size();
  RETURN_IF_ERROR(append(kMagic));
  RETURN_IF_ERROR(append(
      {reinterpret_cast<const char*>(&header_size), sizeof(header_size)}));
  RETURN_IF_ERROR(append(header));
  for (const Part& part : kParts) {
    RETURN_IF_ERROR(append(checkpoint.*part.member));
  }
  RETURN_IF_ERROR(file->Append(AsBytes(digest.Finish())));
  return file->Commit();
}

absl::StatusOr<std::optional<Checkpoint>> ReadCheckpoint(
    const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / kCheckpointFile;
  absl::StatusOr<std::string> content = ReadFile(path);
  if (absl::IsNotFound(content.status())) return std::nullopt;
  RETURN_IF_ERROR(content.status());
  absl::StatusOr<Checkpoint> checkpoint = ParseCheckpoint(*content);
  if (!checkpoint.ok()) {
    return WithContext(absl::DataLossError(checkpoint.status().message()),
                       path.string());
  }
  return *std::move(checkpoint);
}

}  // namespace carousel
