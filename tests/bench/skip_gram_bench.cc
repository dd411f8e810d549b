// Trains word vectors on a file of texts, one a line, and prints a line
// "epoch E loss L words W seconds S" an epoch: words count as gensim counts
// them, those that are thinned out too, rare ones not. Writes the vectors as
// word2vec text. skip_gram_bench.py runs it beside gensim. Without --texts it
// trains on half a million words that it makes up.
//
//   skip_gram_bench --texts=FILE [--out=FILE] [--tokens_out=FILE]
//     [--threads=2] [--epochs=5] [--kernel=avx512|avx2|baseline]
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "core/base/byte_source.h"
#include "core/base/status_macros.h"
#include "core/text/skip_gram.h"

ABSL_FLAG(std::string, texts, "", "The texts, one a line, gzipped or not");
ABSL_FLAG(std::string, out, "", "Where to write the vectors");
ABSL_FLAG(std::string, tokens_out, "",
          "Where to write the texts' tokens, separated by spaces");
ABSL_FLAG(int, threads, 2, "Threads that train");
ABSL_FLAG(int, epochs, 5, "Passes over the texts");
ABSL_FLAG(std::string, kernel, "", "Instead of the fastest");

namespace carousel {
namespace {

// Words by Zipf's law, as in any language; what they mean is nothing.
absl::StatusOr<SkipGramCorpus> MakeUpTexts(const SkipGramSettings& settings) {
  constexpr double kWords = 30000;
  SplitMix64 random(1);
  SkipGramCorpusBuilder builder{TextOptions()};
  for (int i = 0; i < 2000; ++i) {
    std::string text;
    for (int t = 0; t < 250; ++t) {
      const double rank = std::pow(kWords, random.Uniform());
      text += 'w' + std::to_string(static_cast<int>(rank)) + ' ';
    }
    RETURN_IF_ERROR(builder.Add(text));
  }
  return builder.Finish(settings.min_count, settings.vocabulary_size);
}

absl::StatusOr<SkipGramCorpus> ReadTexts(const SkipGramSettings& settings) {
  if (absl::GetFlag(FLAGS_texts).empty()) return MakeUpTexts(settings);
  ASSIGN_OR_RETURN(const std::unique_ptr<ByteSource> source,
                   OpenByteSource(absl::GetFlag(FLAGS_texts)));
  std::ofstream tokens;
  if (!absl::GetFlag(FLAGS_tokens_out).empty()) {
    tokens.open(absl::GetFlag(FLAGS_tokens_out));
  }
  const Tokenizer tokenizer{TextOptions()};
  SkipGramCorpusBuilder builder{TextOptions()};
  LineReader lines(*source);
  std::string_view line;
  for (;;) {
    ASSIGN_OR_RETURN(const bool is_there, lines.Next(line));
    if (!is_there) break;
    RETURN_IF_ERROR(builder.Add(line));
    if (!tokens.is_open()) continue;
    RETURN_IF_ERROR(tokenizer.ForEachToken(
        line, [&](std::string_view token) { tokens << token << ' '; }));
    tokens << '\n';
  }
  return builder.Finish(settings.min_count, settings.vocabulary_size);
}

SkipGramKernel ChosenKernel() {
  for (const NamedSkipGramKernel& kernel : SkipGramKernels()) {
    if (kernel.name == absl::GetFlag(FLAGS_kernel)) return kernel.run;
  }
  return nullptr;
}

void WriteVectors(const SkipGramCorpus& corpus, const SkipGram& model,
                  const std::string& path) {
  std::ofstream out(path);
  out << corpus.words() << ' ' << model.vector(0).size() << '\n';
  for (std::size_t i = 0; i < corpus.words(); ++i) {
    const auto word = static_cast<WordIndex>(i);
    out << corpus.word(word);
    for (const float value : model.vector(word)) out << ' ' << value;
    out << '\n';
  }
}

absl::Status Run() {
  SkipGramSettings settings;
  // 0: the tokens alone are asked for.
  const std::int64_t epochs = absl::GetFlag(FLAGS_epochs);
  settings.epochs = std::max<std::int64_t>(1, epochs);
  ASSIGN_OR_RETURN(const SkipGramCorpus corpus, ReadTexts(settings));
  ASSIGN_OR_RETURN(
      const std::unique_ptr<SkipGram> model,
      SkipGram::Create(corpus, {.settings = settings,
                                .threads = absl::GetFlag(FLAGS_threads),
                                .kernel = ChosenKernel()}));
  for (std::int64_t epoch = 1; epoch <= epochs; ++epoch) {
    ASSIGN_OR_RETURN(const SkipGramEpoch done,
                     model->TrainEpoch(epoch, nullptr, {}));
    std::printf("epoch %lld loss %.4f words %lld seconds %.3f\n",
                static_cast<long long>(epoch), done.loss,
                static_cast<long long>(done.tokens), done.seconds);
  }
  if (!absl::GetFlag(FLAGS_out).empty()) {
    WriteVectors(corpus, *model, absl::GetFlag(FLAGS_out));
  }
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
