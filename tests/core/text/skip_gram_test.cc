#include "core/text/skip_gram.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/ticking_clock.h"

namespace carousel {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr int kClasses = 5;
constexpr int kWordsPerClass = 5;

std::string WordOf(int word_class, int word) {
  return absl::StrCat("class", word_class, "word", word);
}

// A language of five classes of words, in which class follows class and any
// word of a class will do: words of a class are used alike, and the only ones
// that are: with four, a class would have the neighbours of the next but one.
SkipGramCorpus MakeLanguage() {
  SkipGramCorpusBuilder builder{TextOptions()};
  SplitMix64 random(3);
  for (int text = 0; text < 300; ++text) {
    std::string words;
    for (int i = 0; i < 40; ++i) {
      absl::StrAppend(&words,
                      WordOf(i % kClasses, random.Below(kWordsPerClass)), " ");
    }
    EXPECT_OK(builder.Add(words));
  }
  return *builder.Finish(/*min_count=*/1, /*vocabulary_size=*/1000);
}

SkipGramSettings LanguageSettings() {
  return {.epochs = 10, .dimension = 20, .window = 1, .sample = 0};
}

std::unique_ptr<SkipGram> Make(const SkipGramCorpus& corpus,
                               const SkipGramSettings& settings,
                               int threads = 1) {
  return *SkipGram::Create(corpus, {.settings = settings, .threads = threads});
}

// The losses of all epochs.
std::vector<double> Train(SkipGram& model, std::int64_t first,
                          std::int64_t last) {
  std::vector<double> losses;
  for (std::int64_t epoch = first; epoch <= last; ++epoch) {
    const auto done = model.TrainEpoch(epoch, nullptr, {});
    EXPECT_OK(done);
    losses.push_back(done->loss);
  }
  return losses;
}

double Cosine(std::span<const float> a, std::span<const float> b) {
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += double{a[i]} * b[i];
    aa += double{a[i]} * a[i];
    bb += double{b[i]} * b[i];
  }
  return ab / std::sqrt(aa * bb);
}

// The words nearest to `word`, as many as its class has others.
std::vector<std::string> Neighbours(const SkipGramCorpus& corpus,
                                    const SkipGram& model, WordIndex word) {
  std::vector<std::pair<double, std::string>> others;
  for (std::size_t i = 0; i < corpus.words(); ++i) {
    const auto other = static_cast<WordIndex>(i);
    if (other == word) continue;
    others.emplace_back(-Cosine(model.vector(word), model.vector(other)),
                        corpus.word(other));
  }
  std::ranges::sort(others);
  std::vector<std::string> nearest;
  for (int i = 0; i + 1 < kWordsPerClass; ++i) {
    nearest.push_back(others[i].second);
  }
  return nearest;
}

class SkipGramThreadsTest : public ::testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Threads, SkipGramThreadsTest, ::testing::Values(1, 3));

TEST_P(SkipGramThreadsTest, WordsUsedAlikeBecomeNeighbours) {
  const SkipGramCorpus corpus = MakeLanguage();
  const auto model = Make(corpus, LanguageSettings(), GetParam());
  Train(*model, 1, 10);
  for (std::size_t i = 0; i < corpus.words(); ++i) {
    const auto word = static_cast<WordIndex>(i);
    const std::string word_class = corpus.word(word).substr(0, 6);
    EXPECT_THAT(Neighbours(corpus, *model, word), Each(StartsWith(word_class)))
        << corpus.word(word);
  }
}

TEST_P(SkipGramThreadsTest, LossFalls) {
  const SkipGramCorpus corpus = MakeLanguage();
  const auto model = Make(corpus, LanguageSettings(), GetParam());
  const std::vector<double> losses = Train(*model, 1, 10);
  // Six times the surprise of a coin, when nothing is known.
  EXPECT_LT(losses.front(), 6 * std::log(2.0));
  EXPECT_LT(losses.back(), 0.8 * losses.front());
}

TEST_P(SkipGramThreadsTest, ReadsEveryTextOnce) {
  const SkipGramCorpus corpus = MakeLanguage();
  const auto model = Make(corpus, LanguageSettings(), GetParam());
  const auto epoch = model->TrainEpoch(1, nullptr, {});
  ASSERT_OK(epoch);
  EXPECT_EQ(epoch->tokens, 300 * 40);
  // A window of one: every word with the one before and the one behind.
  EXPECT_EQ(epoch->pairs, 300 * 2 * 39);
}

TEST_P(SkipGramThreadsTest, StopsWithinAnEpoch) {
  const SkipGramCorpus corpus = MakeLanguage();
  const TickingClock clock;
  const auto model = *SkipGram::Create(
      corpus,
      {.settings = LanguageSettings(), .threads = GetParam(), .clock = &clock});
  std::stop_source stop;
  int reports = 0;
  const auto epoch = model->TrainEpoch(
      1,
      [&](const SkipGramProgress&) {
        ++reports;
        stop.request_stop();
      },
      stop.get_token());
  // Of several threads, the one that reports may come when the others have read
  // everything.
  if (reports == 0 && GetParam() > 1) {
    EXPECT_OK(epoch);
    return;
  }
  EXPECT_THAT(epoch, StatusIs(absl::StatusCode::kCancelled));
  EXPECT_EQ(reports, 1);
}

TEST(SkipGramTest, OneThreadGivesTheSameBitsForTheSameSeed) {
  const SkipGramCorpus corpus = MakeLanguage();
  SkipGramSettings settings = LanguageSettings();
  const auto first = Make(corpus, settings);
  const auto second = Make(corpus, settings);
  settings.seed = 2;
  const auto other = Make(corpus, settings);
  EXPECT_EQ(Train(*first, 1, 2), Train(*second, 1, 2));
  Train(*other, 1, 2);
  EXPECT_EQ(first->inputs().Values(), second->inputs().Values());
  EXPECT_NE(first->inputs().Values(), other->inputs().Values());
}

TEST(SkipGramTest, GoesOnFromAnEpochsRowsInTheSameBits) {
  const SkipGramCorpus corpus = MakeLanguage();
  const auto whole = Make(corpus, LanguageSettings());
  Train(*whole, 1, 4);
  const auto begun = Make(corpus, LanguageSettings());
  Train(*begun, 1, 2);
  const auto resumed = Make(corpus, LanguageSettings());
  resumed->inputs().SetValues(begun->inputs().Values());
  resumed->outputs().SetValues(begun->outputs().Values());
  Train(*resumed, 3, 4);
  EXPECT_EQ(whole->inputs().Values(), resumed->inputs().Values());
  EXPECT_EQ(whole->outputs().Values(), resumed->outputs().Values());
}

TEST(SkipGramTest, ThinsOutFrequentWords) {
  SkipGramCorpusBuilder builder{TextOptions()};
  std::string words;
  for (int i = 0; i < 10000; ++i) words += i % 10 == 0 ? "film " : "the ";
  EXPECT_OK(builder.Add(words));
  const SkipGramCorpus corpus = *builder.Finish(1, 100);
  SkipGramSettings settings = LanguageSettings();
  settings.sample = 0.01;
  const auto model = Make(corpus, settings);
  const double keep_the = std::sqrt(0.01 / 0.9) + 0.01 / 0.9;
  const double keep_film = std::sqrt(0.01 / 0.1) + 0.01 / 0.1;
  EXPECT_NEAR(model->keep_probabilities()[0], keep_the, 1e-6);
  EXPECT_NEAR(model->keep_probabilities()[1], keep_film, 1e-6);
  const auto epoch = model->TrainEpoch(1, nullptr, {});
  ASSERT_OK(epoch);
  // A window of one gives two pairs a word that is kept, less the two ends.
  const double kept = 1 + static_cast<double>(epoch->pairs) / 2;
  EXPECT_NEAR(kept, 9000 * keep_the + 1000 * keep_film, 5 * 32);
  EXPECT_EQ(epoch->tokens, 10000);
}

TEST(SkipGramTest, KeepsEveryWordWithoutASample) {
  const SkipGramCorpus corpus = MakeLanguage();
  EXPECT_THAT(Make(corpus, LanguageSettings())->keep_probabilities(), Each(1));
}

TEST(SkipGramTest, ReportsHowFarItIs) {
  const SkipGramCorpus corpus = MakeLanguage();
  const TickingClock clock;
  const auto model = *SkipGram::Create(
      corpus, {.settings = LanguageSettings(), .clock = &clock});
  std::vector<SkipGramProgress> reports;
  ASSERT_OK(model->TrainEpoch(
      3, [&](const SkipGramProgress& report) { reports.push_back(report); },
      {}));
  ASSERT_EQ(reports.size(), 300u);
  EXPECT_EQ(reports.front().epoch, 3);
  EXPECT_EQ(reports.front().tokens, 40);
  // Two of ten epochs are done.
  EXPECT_NEAR(reports.front().learning_rate, 0.8 * 0.025 + 0.2 * 1e-4, 1e-9);
  EXPECT_EQ(reports.back().texts, 300);
  EXPECT_EQ(reports.back().tokens, 300 * 40);
  EXPECT_LT(reports.back().learning_rate, reports.front().learning_rate);
  EXPECT_GT(reports.back().mean_loss, 0);
}

TEST(SkipGramTest, SaysWhenTheLossIsNoNumber) {
  const SkipGramCorpus corpus = MakeLanguage();
  const auto model = Make(corpus, LanguageSettings());
  model->inputs().Row(0)[0] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(model->TrainEpoch(1, nullptr, {}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("the loss of epoch 1 is no number")));
}

TEST(SkipGramTest, SaysWhenThinningLeavesNothing) {
  const SkipGramCorpus corpus = MakeLanguage();
  SkipGramSettings settings = LanguageSettings();
  settings.sample = 1e-12;
  EXPECT_THAT(Make(corpus, settings)->TrainEpoch(1, nullptr, {}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("sample is 1e-12")));
}

TEST(SkipGramTest, RefusesSettingsOutOfRangeAndNoThreads) {
  const SkipGramCorpus corpus = MakeLanguage();
  EXPECT_THAT(
      SkipGram::Create(corpus, {.settings = {.negative = 0}}),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("negative is 0")));
  EXPECT_THAT(
      SkipGram::Create(corpus, {.threads = 0}),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("threads is 0")));
}

}  // namespace
}  // namespace carousel
