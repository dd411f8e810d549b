// The tokenizer's rules (tokenizer.h) over clean text. For tokenizer.cc and
// encoder.cc alone, which differ in what they do with a token: a call through a
// pointer for each would cost as much as finding it.
#ifndef CAROUSEL_CORE_TEXT_TOKEN_SPLITTER_H_
#define CAROUSEL_CORE_TEXT_TOKEN_SPLITTER_H_

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "absl/strings/ascii.h"
#include "core/base/utf8.h"
#include "core/text/ascii_blocks.h"
#include "core/text/characters.h"
#include "core/text/contractions.h"
#include "core/text/text_options.h"
#include "core/text/tokenizer.h"

namespace carousel {

// Of English text, spaces counted.
inline constexpr std::size_t kBytesPerToken = 5;

// Splits one text, from its beginning to its end without going back.
template <typename Visit>
class TokenSplitter {
 public:
  // `clean` is what NormalizeText gives, and gets kBlockPadding zero bytes
  // behind it; `visit` takes a std::string_view with as many readable bytes
  // behind it, valid while `clean` is.
  TokenSplitter(std::string& clean, const TextOptions& options, Visit& visit)
      : size_(clean.size()),
        text_(clean.append(kBlockPadding, '\0').data()),
        options_(options),
        visit_(visit) {}

  void Run() {
    // The text's end has a zero byte, so a byte more may always be looked at.
    for (std::size_t begin = 0; begin < size_;) {
      std::size_t end = PlainWordEnd(begin);
      if (end > begin) {
        visit_(View(begin, end));
      } else {
        position_ = begin;
        TakeOther();
        end = position_;
      }
      // Mostly there is a space, and never are there two.
      begin = end + (text_[end] == ' ' ? 1 : 0);
    }
  }

 private:
  bool IsDigit(std::size_t position) const {
    return KindOf(text_[position]) == ByteKind::kDigit;
  }

  bool BeginsWord(std::size_t position) const {
    const ByteKind kind = KindOf(text_[position]);
    if (kind != ByteKind::kNotAscii) return kind != ByteKind::kMark;
    return IsLetterOrNumber(DecodeUtf8(View(0, size_), position));
  }

  // The end of the letters, digits and combining marks from `position` on, and
  // not behind `limit`.
  std::size_t RunEnd(std::size_t position, std::size_t limit) const {
    limit = std::min(limit, size_);
    while (true) {
      position = AsciiWordEnd(text_, position, limit);
      if (position >= limit || IsAscii(text_[position])) return position;
      std::size_t next = position;
      const char32_t code_point = DecodeUtf8(View(0, size_), next);
      if (next > limit ||
          !(IsLetterOrNumber(code_point) || IsCombiningMark(code_point))) {
        return position;
      }
      position = next;
    }
  }

  // The end of the word at `begin` when it is one of ASCII that nothing can
  // join to what follows, as nearly all are; otherwise `begin`.
  std::size_t PlainWordEnd(std::size_t begin) const {
    const std::size_t limit =
        std::min(size_, begin + Tokenizer::kMaxTokenBytes);
    const std::size_t end = AsciiWordEnd(text_, begin, limit);
    const char next = text_[end];
    if (next == ' ') return end;
    const bool is_plain = KindOf(next) == ByteKind::kMark && next != '\'' &&
                          end > begin + 1 && !IsDigit(end - 1);
    return is_plain ? end : begin;
  }

  void TakeOther() {
    const char c = text_[position_];
    if (BeginsWord(position_)) {
      TakeWord();
    } else if (c == '\'') {
      TakeApostrophe();
    } else if (c == ' ') {
      ++position_;
    } else {
      TakeMark();
    }
  }

  void TakeWord() {
    if (TakeInitials()) return;
    const std::size_t begin = position_;
    const std::size_t limit = begin + Tokenizer::kMaxTokenBytes;
    std::size_t end = RunEnd(begin, limit);
    while (JoinsNumber(end) || JoinsWord(end)) {
      if (TakeContraction(end)) return;
      const std::size_t longer = RunEnd(end + 1, limit);
      if (longer <= end + 1) break;  // there is no room for more
      end = longer;
    }
    Take(end);
  }

  // Whether the character at `position` holds two digits together.
  bool JoinsNumber(std::size_t position) const {
    const char c = text_[position];
    return options_.keep_punctuation &&
           (c == '.' || c == ',' || c == ':' || c == '/') &&
           IsDigit(position - 1) && IsDigit(position + 1);
  }

  // Whether the character at `position` is an apostrophe inside a word.
  bool JoinsWord(std::size_t position) const {
    return text_[position] == '\'' && BeginsWord(position + 1);
  }

  // The word behind an apostrophe, as far as it matters: one that is longer
  // than any contracted word may be cut.
  std::string_view ContractedPart(std::size_t apostrophe) const {
    constexpr std::size_t kLookahead = 8;  // "ve" and a character of 4 bytes
    const std::size_t begin = apostrophe + 1;
    return View(begin, RunEnd(begin, begin + kLookahead));
  }

  // Takes the word before `apostrophe`, and its contraction when there is one.
  bool TakeContraction(std::size_t apostrophe) {
    if (!options_.split_contractions || text_[apostrophe] != '\'') return false;
    const std::string_view part = ContractedPart(apostrophe);
    std::size_t stem_end = apostrophe;
    if (part == "t" || part == "T") {
      --stem_end;  // the n of n't
      if (absl::ascii_tolower(text_[stem_end]) != 'n' ||
          WouldBeSplit(View(position_, stem_end))) {
        return false;
      }
    } else if (!IsContractedWord(part)) {
      return false;
    }
    if (stem_end > position_) Take(stem_end);
    Take(apostrophe + 1 + part.size());
    return true;
  }

  // "u.s.": at least two letters, each alone before its full stop.
  bool TakeInitials() {
    if (!options_.keep_punctuation || text_[position_ + 1] != '.') return false;
    const std::size_t limit = position_ + Tokenizer::kMaxTokenBytes;
    std::size_t end = position_;
    while (end < limit && KindOf(text_[end]) == ByteKind::kLetter &&
           text_[end + 1] == '.') {
      end += 2;
    }
    if (end < position_ + 4) return false;
    Take(end);
    return true;
  }

  // An apostrophe that is not inside a word: 's after a space, or a mark.
  void TakeApostrophe() {
    const std::string_view part = ContractedPart(position_);
    if (options_.split_contractions && IsContractedWord(part)) {
      Take(position_ + 1 + part.size());
    } else {
      TakeMark();
    }
  }

  void TakeMark() {
    const std::size_t begin = position_;
    const char c = text_[begin];
    DecodeUtf8(View(0, size_), position_);
    if (c == '.' || c == '-') {
      while (text_[position_] == c) ++position_;
    }
    if (!options_.keep_punctuation) return;
    static constexpr char kEllipsis[3 + kBlockPadding] = "...";
    static constexpr char kDash[2 + kBlockPadding] = "--";
    const bool is_repeated = position_ - begin > 1 && IsAscii(c);
    visit_(!is_repeated ? View(begin, position_)
           : c == '.'   ? std::string_view(kEllipsis, 3)
                        : std::string_view(kDash, 2));
  }

  // Gives the token from position_ to `end`.
  void Take(std::size_t end) {
    visit_(View(position_, end));
    position_ = end;
  }

  std::string_view View(std::size_t begin, std::size_t end) const {
    return {text_ + begin, end - begin};
  }

  const std::size_t size_;
  const char* const text_;
  const TextOptions& options_;
  Visit& visit_;
  std::size_t position_ = 0;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_TEXT_TOKEN_SPLITTER_H_
