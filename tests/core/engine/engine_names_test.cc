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

}  // namespace
}  // namespace carousel
