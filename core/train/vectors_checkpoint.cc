// checkpoint.bin of a job that trains vectors: a line that says what it is, the
// size of the header (64 bits, little-endian), a JSON header, the rows of the
// inputs and of the outputs as floats, and the SHA-256 of all that (32 bytes).
#include "core/train/vectors_checkpoint.h"

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
#include "core/train/checkpoint.h"

namespace carousel {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::string_view kMagic = "carousel vectors checkpoint 1\n";
constexpr std::size_t kDigestSize = sizeof(Sha256Digest);

std::string_view AsBytes(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()),
          values.size() * sizeof(float)};
}

std::string_view AsBytes(const Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string Header(const VectorsCheckpoint& checkpoint) {
  nlohmann::json epochs = nlohmann::json::array();
  for (const SkipGramEpoch& epoch : checkpoint.epochs) {
    epochs.push_back({{"epoch", epoch.epoch},
                      {"loss", epoch.loss},
                      {"learning_rate", epoch.learning_rate},
                      {"tokens", epoch.tokens},
                      {"pairs", epoch.pairs},
                      {"seconds", epoch.seconds}});
  }
  return nlohmann::json{{"settings", ToJson(checkpoint.settings)},
                        {"inputs_sha256", checkpoint.inputs_sha256},
                        {"epochs", std::move(epochs)},
                        {"inputs", checkpoint.inputs.size()},
                        {"outputs", checkpoint.outputs.size()}}
      .dump();
}

// Fills everything but the rows, which it gives their sizes.
absl::Status ParseHeader(std::string_view text, VectorsCheckpoint& checkpoint) {
  try {
    const nlohmann::json json = nlohmann::json::parse(text);
    ASSIGN_OR_RETURN(checkpoint.settings,
                     SkipGramSettingsFromJson(json.at("settings")));
    json.at("inputs_sha256").get_to(checkpoint.inputs_sha256);
    for (const nlohmann::json& epoch : json.at("epochs")) {
      checkpoint.epochs.push_back(
          {.epoch = epoch.at("epoch").get<std::int64_t>(),
           .loss = epoch.at("loss").get<double>(),
           .learning_rate = epoch.at("learning_rate").get<double>(),
           .tokens = epoch.at("tokens").get<std::int64_t>(),
           .pairs = epoch.at("pairs").get<std::int64_t>(),
           .seconds = epoch.at("seconds").get<double>()});
    }
    checkpoint.inputs.resize(json.at("inputs").get<std::size_t>());
    checkpoint.outputs.resize(json.at("outputs").get<std::size_t>());
  } catch (const nlohmann::json::exception& error) {
    return absl::DataLossError(absl::StrCat("header: ", error.what()));
  }
  return absl::OkStatus();
}

// Fills `size` bytes from the beginning of `content`, which it takes off; false
// when there are fewer.
bool Take(std::string_view& content, void* bytes, std::size_t size) {
  if (content.size() < size) return false;
  if (size > 0) std::memcpy(bytes, content.data(), size);
  content.remove_prefix(size);
  return true;
}

absl::StatusOr<VectorsCheckpoint> ParseCheckpoint(std::string_view content) {
  const absl::Status damaged =
      absl::DataLossError("the checkpoint is cut or damaged");
  if (content.size() < kMagic.size() + kDigestSize) return damaged;
  if (!content.starts_with(kMagic)) {
    return absl::DataLossError("not a checkpoint of word vectors");
  }
  const std::string_view digest = content.substr(content.size() - kDigestSize);
  content.remove_suffix(kDigestSize);
  if (AsBytes(Sha256Of(content)) != digest) return damaged;

  content.remove_prefix(kMagic.size());
  std::uint64_t header_size = 0;
  if (!Take(content, &header_size, sizeof(header_size))) return damaged;
  if (content.size() < header_size) return damaged;
  VectorsCheckpoint checkpoint;
  RETURN_IF_ERROR(ParseHeader(content.substr(0, header_size), checkpoint));
  content.remove_prefix(header_size);
  for (std::vector<float>* rows : {&checkpoint.inputs, &checkpoint.outputs}) {
    if (!Take(content, rows->data(), rows->size() * sizeof(float))) {
      return damaged;
    }
  }
  if (!content.empty()) return damaged;
  return checkpoint;
}

}  // namespace

absl::Status WriteVectorsCheckpoint(const VectorsCheckpoint& checkpoint,
                                    const std::filesystem::path& folder) {
  ASSIGN_OR_RETURN(const std::unique_ptr<AtomicFileWriter> file,
                   AtomicFileWriter::Create(folder / kCheckpointFile));
  const std::string header = Header(checkpoint);
  const std::uint64_t size = header.size();
  Sha256 hash;
  for (const std::string_view part :
       {kMagic,
        std::string_view(reinterpret_cast<const char*>(&size), sizeof(size)),
        std::string_view(header), AsBytes(checkpoint.inputs),
        AsBytes(checkpoint.outputs)}) {
    hash.Update(part);
    RETURN_IF_ERROR(file->Append(part));
  }
  RETURN_IF_ERROR(file->Append(AsBytes(hash.Finish())));
  return file->Commit();
}

absl::StatusOr<std::optional<VectorsCheckpoint>> ReadVectorsCheckpoint(
    const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / kCheckpointFile;
  const absl::StatusOr<std::string> content = ReadFile(path);
  if (absl::IsNotFound(content.status())) return std::nullopt;
  RETURN_IF_ERROR(content.status());
  absl::StatusOr<VectorsCheckpoint> checkpoint = ParseCheckpoint(*content);
  if (!checkpoint.ok()) {
    return WithContext(absl::DataLossError(checkpoint.status().message()),
                       path.string());
  }
  return *std::move(checkpoint);
}

}  // namespace carousel
