// A model that reads one text token by token.
#ifndef CAROUSEL_CORE_SERVE_TEXT_READER_H_
#define CAROUSEL_CORE_SERVE_TEXT_READER_H_

#include <span>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/text/vocabulary.h"

namespace carousel {

// Its memory does not grow with the text. From one thread at a time; the model
// it came from must outlive it.
class TextReader {
 public:
  virtual ~TextReader() = default;

  // Reads the text's next tokens; takes time for each.
  virtual absl::Status Read(std::span<const TokenId> tokens) = 0;

  // The probability of positive after the tokens so far, at least one: what
  // LiveModel::Predict says of them, to 1e-6.
  virtual absl::StatusOr<double> Answer() const = 0;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_SERVE_TEXT_READER_H_
