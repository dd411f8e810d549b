#include "core/engine/engine.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(ParseEngineTest, ReadsWhatToStringWrites) {
  EXPECT_EQ(ToString(Engine::kReference), "reference");
  EXPECT_EQ(ToString(Engine::kLibtorch), "libtorch");
  EXPECT_EQ(ToString(Engine::kFused), "fused");
  for (const Engine engine :
       {Engine::kReference, Engine::kLibtorch, Engine::kFused}) {
    EXPECT_THAT(ParseEngine(ToString(engine)), IsOkAndHolds(engine));
  }
}

TEST(ParseEngineTest, NamesWhatItRefusesAndWhatThereIs) {
  for (const char* const name : {"fast", "Reference", "libtorch ", ""}) {
    EXPECT_THAT(
        ParseEngine(name),
        StatusIs(absl::StatusCode::kInvalidArgument,
                 AllOf(HasSubstr(std::string("engine is ") + name + ";"),
                       HasSubstr("reference, libtorch or fused"))));
  }
}

TEST(ParsePrecisionTest, ReadsWhatToStringWritesAndNamesWhatItRefuses) {
  for (const Precision precision : {Precision::kF32, Precision::kBf16}) {
    EXPECT_THAT(ParsePrecision(ToString(precision)), IsOkAndHolds(precision));
  }
  for (const char* const name : {"f16", "BF16", ""}) {
    EXPECT_THAT(ParsePrecision(name),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         std::string("precision is ") + name +
                             "; it must be f32 or bf16"));
  }
}

TEST(CheckPrecisionTest, OnlyTheFusedEngineHasOthersThanF32) {
  for (const Engine engine :
       {Engine::kReference, Engine::kLibtorch, Engine::kFused}) {
    EXPECT_OK(CheckPrecision(Precision::kF32, engine));
  }
  EXPECT_OK(CheckPrecision(Precision::kBf16, Engine::kFused));
  EXPECT_THAT(CheckPrecision(Precision::kBf16, Engine::kLibtorch),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "precision is bf16; with engine=libtorch it must be "
                       "f32"));
}

}  // namespace
}  // namespace carousel
