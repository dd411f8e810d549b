#include "core/text/vocabulary.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/strings.h"

namespace carousel {
namespace {

constexpr std::string_view kPaddingWord = "<pad>";
constexpr std::string_view kUnknownWord = "<unk>";
constexpr std::size_t kReservedEntries = 2;

bool IsReserved(std::string_view word) {
  return word == kPaddingWord || word == kUnknownWord;
}

absl::Status LineError(std::size_t line, std::string_view problem) {
  return absl::InvalidArgumentError(
      absl::StrCat("vocabulary, line ", line, ": ", ToAbslView(problem)));
}

struct Entry {
  std::string_view word;
  std::int64_t count = 0;
};

// One line of vocabulary.txt.
absl::StatusOr<Entry> ParseEntry(std::string_view line,
                                 std::size_t line_number) {
  const std::size_t tab = line.find('\t');
  if (tab == std::string_view::npos) {
    return LineError(line_number,
                     absl::StrCat(Quote(line), " has no tab and count"));
  }
  Entry entry{.word = line.substr(0, tab)};
  if (entry.word.empty()) return LineError(line_number, "the word is empty");
  const std::string_view count = line.substr(tab + 1);
  // SimpleAtoi would skip white space and a sign.
  const bool digits =
      std::ranges::all_of(count, [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || !absl::SimpleAtoi(ToAbslView(count), &entry.count)) {
    return LineError(line_number,
                     absl::StrCat("the count of ", Quote(entry.word), " is ",
                                  Quote(count), "; it must be a whole number"));
  }
  return entry;
}

}  // namespace

void WordCounts::Add(std::string_view word, std::int64_t count) {
  total_ += count;
  const auto found = counts_.find(ToAbslView(word));
  if (found != counts_.end()) {
    found->second += count;
  } else {
    counts_.emplace(word, count);
  }
}

Vocabulary::Vocabulary() {
  Append(kPaddingWord, 0);
  Append(kUnknownWord, 0);
}

bool Vocabulary::Append(std::string_view word, std::int64_t count) {
  if (!words_.Add(word)) return false;
  counts_.push_back(count);
  return true;
}

Vocabulary Vocabulary::Build(const WordCounts& counts, std::int64_t min_count,
                             std::size_t max_size) {
  std::vector<Entry> entries;
  for (const auto& [word, count] : counts.counts()) {
    if (count < min_count || IsReserved(word)) continue;
    entries.push_back({word, count});
  }
  std::ranges::sort(entries, [](const Entry& a, const Entry& b) {
    return a.count != b.count ? a.count > b.count : a.word < b.word;
  });
  const std::size_t room =
      max_size > kReservedEntries ? max_size - kReservedEntries : 0;
  if (entries.size() > room) entries.resize(room);
  Vocabulary vocabulary;
  for (const Entry& entry : entries) vocabulary.Append(entry.word, entry.count);
  return vocabulary;
}

std::string Vocabulary::Serialize() const {
  std::string text;
  for (std::size_t i = 0; i < words_.size(); ++i) {
    absl::StrAppend(&text, words_.word(i), "\t", counts_[i], "\n");
  }
  return text;
}

absl::StatusOr<Vocabulary> Vocabulary::Parse(std::string_view text) {
  Vocabulary vocabulary;
  std::size_t line_number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const absl::StatusOr<Entry> entry =
        ParseEntry(text.substr(0, end), ++line_number);
    if (!entry.ok()) return entry.status();
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line_number <= kReservedEntries) {
      const std::string& reserved = vocabulary.words_.word(line_number - 1);
      if (entry->word != reserved || entry->count != 0) {
        return LineError(line_number, absl::StrCat("must be \"", reserved,
                                                   "\" with count 0"));
      }
    } else if (!vocabulary.Append(entry->word, entry->count)) {
      return LineError(line_number,
                       absl::StrCat(Quote(entry->word), " is repeated"));
    }
  }
  if (line_number < kReservedEntries) {
    return LineError(line_number + 1,
                     "\"<pad>\" and \"<unk>\" must come first");
  }
  return vocabulary;
}

void Vocabulary::FindAll(std::span<const std::string_view> words,
                         std::span<TokenId> ids) const {
  words_.FindAll(words, ids);
  for (TokenId& id : ids) id = IdOf(id);
}

}  // namespace carousel
