#include "core/train/labelled_texts.h"

#include "absl/strings/str_cat.h"
#include "core/base/strings.h"

namespace carousel {

absl::Status CheckLabelledTexts(std::string_view name,
                                const LabelledTexts& texts) {
  if (texts.texts.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "there is no ", ToAbslView(name), " text; there must be at least one"));
  }
  if (texts.texts.size() != texts.labels.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat(texts.texts.size(), " ", ToAbslView(name), " texts have ",
                     texts.labels.size(), " labels; there must be as many"));
  }
  return absl::OkStatus();
}

void HashLabelledTexts(const LabelledTexts& texts, Sha256& hash) {
  for (const EncodedText& text : texts.texts) HashVector(text.tokens, hash);
  HashVector(texts.labels, hash);
}

}  // namespace carousel
