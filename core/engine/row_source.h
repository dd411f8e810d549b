// Where the engine's loop gets its texts from.
#ifndef CAROUSEL_CORE_ENGINE_ROW_SOURCE_H_
#define CAROUSEL_CORE_ENGINE_ROW_SOURCE_H_

#include <cstddef>
#include <optional>
#include <span>

#include "core/text/vocabulary.h"

namespace carousel {

struct Row {
  std::size_t id = 0;  // the source's own, for the answer
  // At least one. They stay where they are until the answer.
  std::span<const TokenId> tokens;
};

// Thread-safe when several loops read from it.
class RowSource {
 public:
  virtual ~RowSource() = default;

  // The next text, which takes a slot that is free. `idle`: the loop has
  // nothing else to do, so it may be kept waiting. Nothing means that there is
  // none now or, to an idle loop, that it shall end.
  virtual std::optional<Row> Next(bool idle) = 0;

  // Each row once, from the loop that took it, as soon as it has read the
  // text's last token: the logit of positive.
  virtual void Answer(const Row& row, double logit) = 0;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_ENGINE_ROW_SOURCE_H_
