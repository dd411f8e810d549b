#include "core/text/skip_gram_shared_rows.h"

#include <algorithm>

namespace carousel {

SharedRows::SharedRows(RowMatrix& inputs, RowMatrix& outputs,
                       std::size_t window)
    : inputs_(inputs),
      outputs_(outputs),
      window_(window),
      copies_(2 * window + 1),
      slots_(2 * window + 1),
      input_copies_(2 * window + 1, inputs.columns()),
      output_copies_(kMaxSkipGramOutputs, outputs.columns()) {
  for (std::size_t j = 0; j < taken_.size(); ++j) {
    taken_[j] = output_copies_.Row(j);
  }
}

void SharedRows::BeginText(std::span<const WordIndex> text) {
  text_ = text;
  begin_ = end_ = 0;
}

void SharedRows::MoveTo(std::size_t position) {
  // First what is left behind: its place is needed.
  while (begin_ + window_ < position) BringBack(begin_++);
  const std::size_t end = std::min(position + window_ + 1, text_.size());
  while (end_ < end) Fetch(end_++);
}

void SharedRows::EndText() {
  while (begin_ < end_) BringBack(begin_++);
}

void SharedRows::Fetch(std::size_t position) {
  const WordIndex word = text_[position];
  auto copy = std::ranges::find_if(
      copies_, [&](const Copy& c) { return c.uses > 0 && c.word == word; });
  const bool is_new = copy == copies_.end();
  if (is_new) copy = std::ranges::find(copies_, 0u, &Copy::uses);
  const auto slot = static_cast<std::size_t>(copy - copies_.begin());
  if (is_new) {
    inputs_.LoadRow(word, input_copies_, slot);
    copy->word = word;
  }
  ++copy->uses;
  slots_[position % slots_.size()] = slot;
}

void SharedRows::BringBack(std::size_t position) {
  const std::size_t slot = slots_[position % slots_.size()];
  if (--copies_[slot].uses > 0) return;
  inputs_.StoreRow(copies_[slot].word, input_copies_, slot);
}

void SharedRows::TakeOutputs(std::span<const WordIndex> words) {
  for (std::size_t j = 0; j < words.size(); ++j) {
    outputs_.LoadRow(words[j], output_copies_, j);
  }
}

void SharedRows::GiveOutputsBack(std::span<const WordIndex> words) {
  for (std::size_t j = 0; j < words.size(); ++j) {
    outputs_.StoreRow(words[j], output_copies_, j);
  }
}

}  // namespace carousel
