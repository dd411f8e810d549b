// Names of datasets, vectors and models, and references to model versions.
#ifndef CAROUSEL_CORE_BASE_NAMES_H_
#define CAROUSEL_CORE_BASE_NAMES_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace carousel {

// OK when `name` matches [a-z0-9][a-z0-9_-]{0,62}; else INVALID_ARGUMENT with
// a violation of `field`. Such a name is safe as a file name.
absl::Status ValidateName(std::string_view field, std::string_view name);

// The same for a label of a model version, which also must not consist of
// digits alone: "imdb@3" is always a version.
absl::Status ValidateLabel(std::string_view field, std::string_view label);

// "imdb" (its stable version, else its latest), "imdb@3" (that version) or
// "imdb@stable" (the version that holds the label). A label is a name that
// does not consist of digits alone.
struct ModelReference {
  std::string name;
  std::int64_t version = 0;  // 0: not given
  std::string label;         // "": not given

  // INVALID_ARGUMENT with a violation of "model".
  static absl::StatusOr<ModelReference> Parse(std::string_view text);
  std::string ToString() const;
  bool operator==(const ModelReference&) const = default;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_BASE_NAMES_H_
