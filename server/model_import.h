// From an uploaded model folder to a published version.
#ifndef CAROUSEL_SERVER_MODEL_IMPORT_H_
#define CAROUSEL_SERVER_MODEL_IMPORT_H_

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "core/serve/model_registry.h"
#include "core/store/records.h"

namespace carousel {

// Thread-safe.
class ModelImport {
 public:
  // Loads a folder, warms the model up and lets it go again; the errors of
  // LoadLiveModel.
  using Trial =
      std::function<absl::Status(const std::filesystem::path& folder)>;

  // Nothing is owned.
  ModelImport(ModelRegistry& registry, const Clock& clock, Trial trial)
      : registry_(registry), clock_(clock), trial_(std::move(trial)) {}

  // Publishes the files of `folder` (config.json, vocabulary.txt and
  // model.safetensors, maybe metrics.json and provenance.json) as the next
  // version of `model`. provenance.json is kept and grows by an entry in
  // "imports": when, and the checksum that the file had. The names of jobs,
  // datasets and vectors in it are another server's, and so are not the
  // version's here: an asset of the same name would be held for nothing.
  //
  // INVALID_ARGUMENT naming the file and what is wrong with it; nothing is
  // kept then.
  absl::StatusOr<ModelVersionRecord> Publish(
      const std::string& model, const std::filesystem::path& folder,
      const std::stop_token& stop) const;

 private:
  ModelRegistry& registry_;
  const Clock& clock_;
  const Trial trial_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_MODEL_IMPORT_H_
