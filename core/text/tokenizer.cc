#include "core/text/tokenizer.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "core/base/status_macros.h"
#include "core/base/utf8.h"
#include "core/text/normalizer.h"

namespace carousel {
namespace {

// Of English text, spaces counted.
constexpr std::size_t kBytesPerToken = 5;

// What a byte can be at its place. A byte that is not ASCII needs its whole
// code point.
enum class ByteKind : std::uint8_t { kMark, kLetter, kDigit, kNotAscii };

constexpr std::array<ByteKind, 256> MakeByteKinds() {
  std::array<ByteKind, 256> kinds{};
  for (int c = 'a'; c <= 'z'; ++c) kinds[c] = ByteKind::kLetter;
  for (int c = 'A'; c <= 'Z'; ++c) kinds[c] = ByteKind::kLetter;
  for (int c = '0'; c <= '9'; ++c) kinds[c] = ByteKind::kDigit;
  for (int c = 0x80; c <= 0xFF; ++c) kinds[c] = ByteKind::kNotAscii;
  return kinds;
}
constexpr std::array<ByteKind, 256> kByteKinds = MakeByteKinds();

ByteKind KindOf(char c) { return kByteKinds[static_cast<unsigned char>(c)]; }

bool IsAsciiWord(char c) {
  return KindOf(c) == ByteKind::kLetter || KindOf(c) == ByteKind::kDigit;
}

bool IsLetterOrNumber(char32_t code_point) {
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(code_point))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return true;
    default:
      return false;
  }
}

bool IsCombiningMark(char32_t code_point) {
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(code_point))) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
      return true;
    default:
      return false;
  }
}

// What an apostrophe takes off the word before it, whatever is there.
bool IsContractedWord(std::string_view word) {
  const char first = word.empty() ? '\0' : absl::ascii_tolower(word[0]);
  if (word.size() == 1) return first == 's' || first == 'm' || first == 'd';
  if (word.size() != 2) return false;
  const char second = absl::ascii_tolower(word[1]);
  return (second == 'e' && (first == 'r' || first == 'v')) ||
         (second == 'l' && first == 'l');
}

// Whether `stem`, what n't leaves, would be split again: "he'd", "xn't", "x'".
// Such a word is left whole, "he'dn't", so that every token is a token of its
// own.
bool WouldBeSplit(std::string_view stem) {
  const std::size_t apostrophe = stem.rfind('\'');
  if (apostrophe == std::string_view::npos) return false;
  const std::string_view part = stem.substr(apostrophe + 1);
  if (part != "t" && part != "T") return part.empty() || IsContractedWord(part);
  return apostrophe > 0 && absl::ascii_tolower(stem[apostrophe - 1]) == 'n';
}

// Splits one clean text, from its beginning to its end without going back.
class Splitter {
 public:
  Splitter(std::string_view text, const TextOptions& options,
           absl::FunctionRef<void(std::string_view)> visit)
      : text_(text), options_(options), visit_(visit) {}

  void Run() {
    while (position_ < text_.size()) {
      if (text_[position_] == ' ') {
        ++position_;
      } else if (BeginsWord(position_)) {
        TakeWord();
      } else if (text_[position_] == '\'') {
        TakeApostrophe();
      } else {
        TakeMark();
      }
    }
  }

 private:
  char At(std::size_t position) const {
    return position < text_.size() ? text_[position] : ' ';
  }
  bool IsDigit(std::size_t position) const {
    return KindOf(At(position)) == ByteKind::kDigit;
  }

  bool BeginsWord(std::size_t position) const {
    const ByteKind kind = KindOf(At(position));
    if (kind != ByteKind::kNotAscii) return kind != ByteKind::kMark;
    return IsLetterOrNumber(DecodeUtf8(text_, position));
  }

  // The end of the letters, digits and combining marks from `position` on, and
  // not behind `limit`.
  std::size_t RunEnd(std::size_t position, std::size_t limit) const {
    limit = std::min(limit, text_.size());
    while (true) {
      while (position < limit && IsAsciiWord(text_[position])) ++position;
      if (position >= limit || IsAscii(text_[position])) return position;
      std::size_t next = position;
      const char32_t code_point = DecodeUtf8(text_, next);
      if (next > limit ||
          !(IsLetterOrNumber(code_point) || IsCombiningMark(code_point))) {
        return position;
      }
      position = next;
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
    const char c = At(position);
    return options_.keep_punctuation &&
           (c == '.' || c == ',' || c == ':' || c == '/') &&
           IsDigit(position - 1) && IsDigit(position + 1);
  }

  // Whether the character at `position` is an apostrophe inside a word.
  bool JoinsWord(std::size_t position) const {
    return At(position) == '\'' && BeginsWord(position + 1);
  }

  // The word behind an apostrophe, as far as it matters: one that is longer
  // than any contracted word may be cut.
  std::string_view ContractedPart(std::size_t apostrophe) const {
    constexpr std::size_t kLookahead = 8;  // "ve" and a character of 4 bytes
    const std::size_t begin = apostrophe + 1;
    return text_.substr(begin, RunEnd(begin, begin + kLookahead) - begin);
  }

  // Takes the word before `apostrophe`, and its contraction when there is one.
  bool TakeContraction(std::size_t apostrophe) {
    if (!options_.split_contractions || At(apostrophe) != '\'') return false;
    const std::string_view part = ContractedPart(apostrophe);
    std::size_t stem_end = apostrophe;
    if (part == "t" || part == "T") {
      --stem_end;  // the n of n't
      if (absl::ascii_tolower(text_[stem_end]) != 'n' ||
          WouldBeSplit(text_.substr(position_, stem_end - position_))) {
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
    if (!options_.keep_punctuation || At(position_ + 1) != '.') return false;
    const std::size_t limit = position_ + Tokenizer::kMaxTokenBytes;
    std::size_t end = position_;
    while (end < limit && KindOf(At(end)) == ByteKind::kLetter &&
           At(end + 1) == '.') {
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
    DecodeUtf8(text_, position_);
    if (c == '.' || c == '-') {
      while (At(position_) == c) ++position_;
    }
    if (!options_.keep_punctuation) return;
    const std::size_t size = position_ - begin;
    const bool repeated = size > 1 && IsAscii(c);
    visit_(!repeated  ? text_.substr(begin, size)
           : c == '.' ? std::string_view("...")
                      : std::string_view("--"));
  }

  // Gives the token from position_ to `end`.
  void Take(std::size_t end) {
    visit_(text_.substr(position_, end - position_));
    position_ = end;
  }

  const std::string_view text_;
  const TextOptions& options_;
  const absl::FunctionRef<void(std::string_view)> visit_;
  std::size_t position_ = 0;
};

}  // namespace

absl::StatusOr<std::vector<std::string>> Tokenizer::Tokenize(
    std::string_view text) const {
  std::vector<std::string> tokens;
  tokens.reserve(text.size() / kBytesPerToken);
  RETURN_IF_ERROR(ForEachToken(
      text, [&](std::string_view token) { tokens.emplace_back(token); }));
  return tokens;
}

absl::Status Tokenizer::ForEachToken(
    std::string_view text,
    absl::FunctionRef<void(std::string_view token)> visit) const {
  ASSIGN_OR_RETURN(const std::string clean, NormalizeText(text, options_));
  Splitter(clean, options_, visit).Run();
  return absl::OkStatus();
}

}  // namespace carousel
