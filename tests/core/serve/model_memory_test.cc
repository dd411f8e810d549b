// Which versions stay in memory, and which go.
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/serve/registry_fixture.h"

namespace carousel {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Le;
using enum absl::StatusCode;

class ModelMemoryTest : public RegistryFixture {
 protected:
  // Versions 1 to `count`, the last of which is latest, none in memory but
  // that; version N takes 1000 N bytes.
  void PublishVersions(int count, std::int64_t memory_bytes) {
    for (int i = 1; i <= count; ++i) {
      ASSERT_OK(PublishJob(absl::StrCat("job-", i)));
    }
    memory_bytes_ = memory_bytes;
    Restart();
    ASSERT_OK(registry_->LoadLabelled().status());
  }
  std::vector<std::int64_t> LoadedNumbers() const {
    std::vector<std::int64_t> numbers;
    for (const LoadedVersion& loaded : registry_->Loaded()) {
      numbers.push_back(loaded.version);
    }
    return numbers;
  }
};

TEST_F(ModelMemoryTest, WithoutABoundEverythingStays) {
  PublishVersions(5, 0);
  for (int i = 1; i <= 5; ++i) EXPECT_EQ(VersionOf(absl::StrCat("m@", i)), i);
  EXPECT_THAT(LoadedNumbers(), ElementsAre(1, 2, 3, 4, 5));
}

TEST_F(ModelMemoryTest, TheLeastRecentlyUsedGoesFirst) {
  PublishVersions(5, 11'000);  // 5 is latest, and 1 to 3 fit beside it
  for (const int version : {1, 2, 3, 1}) {
    EXPECT_EQ(VersionOf(absl::StrCat("m@", version)), version);
  }
  EXPECT_THAT(LoadedNumbers(), ElementsAre(1, 2, 3, 5));
  EXPECT_EQ(VersionOf("m@4"), 4);
  EXPECT_THAT(LoadedNumbers(), ElementsAre(1, 4, 5)) << "1 was used after 2, 3";
  EXPECT_EQ(VersionOf("m@2"), 2) << "comes again when it is asked for";
  EXPECT_THAT(LoadedNumbers(), ElementsAre(2, 4, 5));
}

TEST_F(ModelMemoryTest, AUseOfALoadedVersionCounts) {
  PublishVersions(4, 8'000);
  EXPECT_EQ(VersionOf("m@1"), 1);
  EXPECT_EQ(VersionOf("m@2"), 2);
  EXPECT_OK(*registry_->GetLoaded(Ref("m@1")));
  EXPECT_EQ(VersionOf("m@3"), 3);
  EXPECT_THAT(LoadedNumbers(), ElementsAre(1, 3, 4));
}

TEST_F(ModelMemoryTest, WhoHoldsAVersionGoesOnWithIt) {
  PublishVersions(3, 5'000);
  std::shared_ptr<const LiveModel> held = registry_->Get(Ref("m@1")).value();
  const std::weak_ptr<const LiveModel> watched = held;
  EXPECT_EQ(VersionOf("m@2"), 2);
  EXPECT_THAT(LoadedNumbers(), ElementsAre(2, 3));
  EXPECT_FALSE(watched.expired());
  held = nullptr;
  EXPECT_TRUE(watched.expired()) << "nobody else keeps it";
}

TEST_F(ModelMemoryTest, LabelledVersionsStayWhateverTheyTake) {
  PublishVersions(3, 2'000);
  EXPECT_THAT(LoadedNumbers(), ElementsAre(3)) << "a label is a promise";
  ASSERT_OK(registry_->Promote(Ref("m@2"), "stable"));
  EXPECT_THAT(LoadedNumbers(), ElementsAre(2, 3));
  EXPECT_EQ(VersionOf("m@1"), 1);
  EXPECT_THAT(LoadedNumbers(), ElementsAre(1, 2, 3))
      << "one more is kept, or each call would load it";
  ASSERT_OK(registry_->Promote(Ref("m@1"), "stable"));
  EXPECT_THAT(LoadedNumbers(), ElementsAre(1, 3)) << "2 has no label any more";
}

TEST_F(ModelMemoryTest, WhatWasLoadedOnDemandStaysUntilItIsUnloaded) {
  PublishVersions(4, 8'000);
  ASSERT_OK(registry_->Load(Ref("m@1")));
  EXPECT_EQ(VersionOf("m@2"), 2);
  EXPECT_EQ(VersionOf("m@3"), 3);
  EXPECT_THAT(LoadedNumbers(), ElementsAre(1, 3, 4));
  ASSERT_OK(registry_->Unload(Ref("m@1")));
  EXPECT_EQ(VersionOf("m@1"), 1);
  EXPECT_EQ(VersionOf("m@2"), 2);
  EXPECT_THAT(LoadedNumbers(), ElementsAre(1, 2, 4));
}

TEST_F(ModelMemoryTest, LoadRefusesWhatWouldNotFitBesideWhatStays) {
  PublishVersions(4, 6'000);
  ASSERT_OK(registry_->Load(Ref("m@2")));
  EXPECT_THAT(
      registry_->Load(Ref("m@1")),
      StatusIs(kResourceExhausted,
               AllOf(HasSubstr("m@1 takes 1000 bytes"), HasSubstr("take 6000"),
                     HasSubstr("--model_memory_bytes is 6000"))));
  EXPECT_THAT(LoadedNumbers(), ElementsAre(2, 4));
  ASSERT_OK(registry_->Unload(Ref("m@2")));
  EXPECT_OK(registry_->Load(Ref("m@1")));
  EXPECT_OK(registry_->Load(Ref("m@4"))) << "its label keeps it anyway";
}

TEST_F(ModelMemoryTest, SaysWhenAVersionWasUsed) {
  PublishVersions(3, 5'000);
  EXPECT_EQ(registry_->Describe("m", 3).last_used, std::nullopt);
  EXPECT_EQ(registry_->Describe("m", 3).bytes, 3000);
  EXPECT_FALSE(registry_->Describe("m", 1).loaded);
  const absl::Time used = clock_.Now();
  EXPECT_EQ(VersionOf("m@1"), 1);
  clock_.Advance(absl::Minutes(1));
  EXPECT_EQ(VersionOf("m@2"), 2);
  const VersionUse use = registry_->Describe("m", 1);
  EXPECT_FALSE(use.loaded);
  EXPECT_EQ(use.bytes, 0);
  EXPECT_EQ(use.last_used, used) << "is known when it is gone";
  EXPECT_EQ(registry_->Describe("m", 2).last_used, clock_.Now());
  ASSERT_OK(registry_->Delete(Ref("m@1")));
  EXPECT_EQ(registry_->Describe("m", 1).last_used, std::nullopt);
}

// Readers ask for more versions than fit while the label moves.
TEST_F(ModelMemoryTest, StormOverTheBound) {
  PublishVersions(10, 20'000);
  std::atomic<bool> stop = false;
  std::vector<std::thread> readers;
  readers.reserve(3);
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&, i] {
      for (int n = i; !stop; ++n) {
        const std::int64_t version = 1 + n % 10;
        EXPECT_EQ(VersionOf(absl::StrCat("m@", version)), version);
        std::int64_t bytes = 0;
        for (const LoadedVersion& loaded : registry_->Loaded()) {
          bytes += loaded.bytes;
        }
        // At most those that stay (10, one of 1 to 5, and 1), the one that was
        // loaded last, and the one that is loaded now. All are 55,000.
        EXPECT_THAT(bytes, Le(10'000 + 5'000 + 1'000 + 9'000 + 8'000));
      }
    });
  }
  for (int i = 0; i < 40; ++i) {
    EXPECT_OK(registry_->Promote(Ref(absl::StrCat("m@", 1 + i % 5)), "stable"));
    EXPECT_OK(registry_->Load(Ref("m@1")));
    registry_->Unload(Ref("m@1")).IgnoreError();  // it may have the label
  }
  stop = true;
  for (std::thread& reader : readers) reader.join();
}

}  // namespace
}  // namespace carousel
