#include "core/serve/text_stream.h"

#include <limits>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/clock.h"
#include "core/base/error_details.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/fake_live_model.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Optional;
using enum absl::StatusCode;

class TextStreamTest : public ::testing::Test {
 protected:
  void SetUp() override { Restart(std::make_shared<FakeLiveModel>("m", 3)); }

  void Restart(std::shared_ptr<const FakeLiveModel> model) {
    model_ = std::move(model);
    auto stream = TextStream::Create(model_, Clock::Real());
    ASSERT_OK(stream);
    stream_ = *std::move(stream);
  }

  // Reads all that was added.
  absl::Status Work() {
    while (true) {
      const absl::StatusOr<bool> more = stream_->Step();
      if (!more.ok()) return more.status();
      if (!*more) return absl::OkStatus();
      ++steps_;
    }
  }
  absl::StatusOr<RunningAnswer> Read(std::string chunk) {
    if (absl::Status status = stream_->Add(std::move(chunk)); !status.ok()) {
      return status;
    }
    if (absl::Status status = Work(); !status.ok()) return status;
    return stream_->Answer();
  }
  absl::StatusOr<RunningAnswer> End() {
    stream_->End();
    if (absl::Status status = Work(); !status.ok()) return status;
    return stream_->Answer();
  }

  std::shared_ptr<const FakeLiveModel> model_;
  std::unique_ptr<TextStream> stream_;
  int steps_ = 0;
};

TEST_F(TextStreamTest, AnswersTheWholeTokensSoFar) {
  ASSERT_OK_AND_ASSIGN(auto answer, Read("w1 w"));
  EXPECT_EQ(answer.model, "m");
  EXPECT_EQ(answer.version, 3);
  EXPECT_THAT(answer.label_names, ElementsAre("negative", "positive"));
  EXPECT_EQ(answer.tokens, 1);
  EXPECT_EQ(answer.bytes, 4);
  EXPECT_THAT(answer.probability, Optional(model_->ProbabilityOf("w1")));
  EXPECT_EQ(answer.label, *answer.probability >= 0.5 ? "positive" : "negative");
  ASSERT_OK_AND_ASSIGN(answer, Read("2 w3"));
  EXPECT_THAT(answer.probability, Optional(model_->ProbabilityOf("w1 w2")));
  ASSERT_OK_AND_ASSIGN(answer, End());
  EXPECT_EQ(answer.tokens, 3);
  EXPECT_THAT(answer.probability, Optional(model_->ProbabilityOf("w1 w2 w3")));
}

TEST_F(TextStreamTest, BeforeTheFirstTokenThereIsNoAnswer) {
  for (const char* chunk : {"", " <br />", "w1"}) {
    ASSERT_OK_AND_ASSIGN(const auto answer, Read(chunk));
    EXPECT_EQ(answer.probability, std::nullopt);
    EXPECT_EQ(answer.label, "");
    EXPECT_EQ(answer.tokens, 0);
  }
  ASSERT_OK_AND_ASSIGN(const auto answer, End());
  EXPECT_THAT(answer.probability, Optional(model_->ProbabilityOf("w1")));
}

TEST_F(TextStreamTest, ATextWithoutATokenHasNoAnswer) {
  ASSERT_OK(Read("<br />\n"));
  const auto answer = End();
  EXPECT_THAT(answer, StatusIs(kInvalidArgument, HasSubstr("no token")));
  EXPECT_EQ(GetReason(answer.status()), "NO_TOKENS");
}

TEST_F(TextStreamTest, WhatIsBehindTheCutChangesNothing) {
  const auto most = static_cast<std::int64_t>(model_->encoder().max_tokens());
  std::string text;
  for (std::int64_t i = 0; i < most; ++i) absl::StrAppend(&text, "w", i, " ");
  ASSERT_OK_AND_ASSIGN(const auto full, Read(text));
  EXPECT_EQ(full.tokens, most);
  EXPECT_FALSE(full.is_cut);
  ASSERT_OK_AND_ASSIGN(const auto more, Read("w1 nobody "));
  EXPECT_TRUE(more.is_cut);
  EXPECT_EQ(more.tokens, most + 2);
  EXPECT_EQ(more.probability, full.probability);
  ASSERT_OK_AND_ASSIGN(const auto whole, End());
  EXPECT_THAT(whole.probability,
              Optional(model_->ProbabilityOf(text + "w1 nobody ")));
  EXPECT_EQ(stream_->unknown_tokens(), 1);
}

TEST_F(TextStreamTest, AChunkIsReadInSmallSteps) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "w1 w22 ";
  ASSERT_OK_AND_ASSIGN(const auto answer, Read(text));
  EXPECT_EQ(answer.tokens, 200'000);
  EXPECT_GE(steps_, 10);
}

TEST_F(TextStreamTest, TheTextIsBoundedAsPredictsIs) {
  const std::string half(TextEncoder::kMaxTextBytes / 2, ' ');
  ASSERT_OK(Read(half));
  ASSERT_OK(Read(half));
  const auto answer = Read("x");
  EXPECT_THAT(answer,
              StatusIs(kInvalidArgument,
                       HasSubstr("1048577 bytes; the limit is 1048576")));
  EXPECT_EQ(GetReason(answer.status()), "TEXT_TOO_LONG");
}

TEST_F(TextStreamTest, ATextThatEndsInsideACharacterIsNotUtf8) {
  ASSERT_OK(Read("w1 w2\xC3"));
  const auto answer = End();
  EXPECT_THAT(answer, StatusIs(kInvalidArgument, HasSubstr("offset 5")));
  EXPECT_EQ(GetReason(answer.status()), "INVALID_UTF8");
}

TEST_F(TextStreamTest, AnswersAreProbabilities) {
  Restart(
      std::make_shared<FakeLiveModel>("m", 1, [](std::span<const EncodedText>) {
        return std::vector<double>{std::numeric_limits<double>::quiet_NaN()};
      }));
  EXPECT_THAT(Read("w1 "), StatusIs(kInternal, HasSubstr("nan")));
}

TEST_F(TextStreamTest, KeepsItsModelAlive) {
  const std::weak_ptr<const FakeLiveModel> model = model_;
  const double expected = model_->ProbabilityOf("w1 w2");
  ASSERT_OK(Read("w1 "));
  model_ = nullptr;
  ASSERT_FALSE(model.expired());
  ASSERT_OK(Read("w2"));
  ASSERT_OK_AND_ASSIGN(const auto answer, End());
  EXPECT_THAT(answer.probability, Optional(expected));
  stream_ = nullptr;
  EXPECT_TRUE(model.expired());
}

}  // namespace
}  // namespace carousel
