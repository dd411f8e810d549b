// How many megabytes of text a second become clean text, tokens, and token
// indices, on one core: the median of several rounds over all texts, and the
// slowest and the fastest. The texts are a column of a CSV file, gzipped or
// not; without one they are made up. The vocabulary is that of the texts, with
// the words seen twice, as the presets have it, and with their text options.
//
//   tokenizer_bench [--csv=FILE] [--column=review] [--rounds=9]
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "core/base/byte_source.h"
#include "core/base/csv_reader.h"
#include "core/base/split_mix64.h"
#include "core/base/status_macros.h"
#include "core/text/encoder.h"
#include "core/text/normalizer.h"

ABSL_FLAG(std::string, csv, "", "The texts' file");
ABSL_FLAG(std::string, column, "review", "The texts' column");
ABSL_FLAG(int, rounds, 9, "Passes over the texts");

namespace carousel {
namespace {

using Texts = std::vector<std::string>;

// Words by Zipf's law and as long as English ones are, with marks, markup and a
// capital here and there; what they mean is nothing.
Texts MakeUpTexts() {
  constexpr double kWords = 30000;
  SplitMix64 random(1);
  std::vector<std::string> words;
  for (int rank = 0; rank < kWords; ++rank) {
    std::string& word = words.emplace_back();
    const double letters = 1 + 1.1 * std::log(rank + 1) * random.Uniform();
    while (static_cast<double>(word.size()) < letters) {
      word += static_cast<char>('a' + static_cast<int>(26 * random.Uniform()));
    }
  }
  Texts texts(4000);
  for (std::string& text : texts) {
    for (int i = 0; i < 230; ++i) {
      const auto rank = static_cast<int>(std::pow(kWords, random.Uniform()));
      std::string word = words[rank - 1];
      const double mark = random.Uniform();
      if (mark < 0.12) word[0] = static_cast<char>(word[0] - 'a' + 'A');
      text += word;
      text += mark < 0.08   ? ", "
              : mark < 0.13 ? ". "
              : mark < 0.14 ? "'s "
              : mark < 0.15 ? "<br />"
                            : " ";
    }
  }
  return texts;
}

absl::StatusOr<Texts> ReadTexts() {
  if (absl::GetFlag(FLAGS_csv).empty()) return MakeUpTexts();
  ASSIGN_OR_RETURN(const std::unique_ptr<ByteSource> source,
                   OpenByteSource(absl::GetFlag(FLAGS_csv)));
  ASSIGN_OR_RETURN(const std::unique_ptr<CsvReader> csv,
                   CsvReader::Create(*source));
  ASSIGN_OR_RETURN(const std::size_t column,
                   csv->FindColumn(absl::GetFlag(FLAGS_column)));
  Texts texts;
  std::vector<std::string> fields;
  for (;;) {
    ASSIGN_OR_RETURN(const bool is_there, csv->Next(fields));
    if (!is_there) return texts;
    texts.push_back(std::move(fields[column]));
  }
}

absl::StatusOr<Vocabulary> VocabularyOf(const Texts& texts) {
  constexpr std::int64_t kMinCount = 2;
  constexpr std::size_t kMaxWords = 100000;
  const Tokenizer tokenizer{TextOptions()};
  WordCounts counts;
  for (const std::string& text : texts) {
    RETURN_IF_ERROR(tokenizer.ForEachToken(
        text, [&counts](std::string_view token) { counts.Add(token); }));
  }
  return Vocabulary::Build(counts, kMinCount, kMaxWords);
}

// What is measured, of one text; the number keeps it from being left out.
struct Step {
  const char* name;
  std::function<std::size_t(const std::string& text)> run;
};

void Measure(const Texts& texts, const Step& step) {
  double megabytes = 0;
  for (const std::string& text : texts) {
    megabytes += static_cast<double>(text.size()) / 1e6;
  }
  std::vector<double> speeds;
  std::size_t units = 0;
  for (int round = 0; round < absl::GetFlag(FLAGS_rounds); ++round) {
    units = 0;
    const auto begin = std::chrono::steady_clock::now();
    for (const std::string& text : texts) units += step.run(text);
    const std::chrono::duration<double> seconds =
        std::chrono::steady_clock::now() - begin;
    speeds.push_back(megabytes / seconds.count());
  }
  std::ranges::sort(speeds);
  std::printf("%-9s %6.1f MB/s (%.1f to %.1f), %zu units\n", step.name,
              speeds[speeds.size() / 2], speeds.front(), speeds.back(), units);
}

absl::Status Run() {
  ASSIGN_OR_RETURN(const Texts texts, ReadTexts());
  ASSIGN_OR_RETURN(Vocabulary vocabulary, VocabularyOf(texts));
  std::printf("%zu texts, %zu words in the vocabulary\n", texts.size(),
              vocabulary.size());
  constexpr std::size_t kMaxTokens = 400;
  const TextEncoder encoder(TextOptions(), std::move(vocabulary), kMaxTokens,
                            Truncation::kHeadTail);
  Measure(texts, {"normalize", [](const std::string& text) {
                    return NormalizeText(text, TextOptions()).value().size();
                  }});
  Measure(texts, {"tokenize", [&encoder](const std::string& text) {
                    std::size_t tokens = 0;
                    encoder.tokenizer()
                        .ForEachToken(text, [&](std::string_view) { ++tokens; })
                        .IgnoreError();
                    return tokens;
                  }});
  Measure(texts, {"encode", [&encoder](const std::string& text) {
                    const auto encoded = encoder.Encode(text);
                    return encoded.ok() ? encoded->token_count : 0;
                  }});
  return absl::OkStatus();
}

}  // namespace
}  // namespace carousel

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  const absl::Status status = carousel::Run();
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return status.ok() ? 0 : 1;
}
