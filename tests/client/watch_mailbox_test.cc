#include "client/watch_mailbox.h"

#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carousel::client {
namespace {

v1::Epoch EpochNumber(int number) {
  v1::Epoch epoch;
  epoch.set_epoch(number);
  return epoch;
}

v1::TrainingProgress ProgressAt(int batch) {
  v1::TrainingProgress progress;
  progress.set_batch(batch);
  return progress;
}

TEST(WatchMailboxTest, KeepsEveryEpochInOrder) {
  WatchMailbox mailbox;
  for (int i = 1; i <= 3; ++i) mailbox.Put(EpochNumber(i));
  for (int i = 1; i <= 3; ++i) {
    EXPECT_EQ(std::get<v1::Epoch>(mailbox.Take()).epoch(), i);
  }
}

TEST(WatchMailboxTest, OfProgressOnlyTheLatestWaits) {
  WatchMailbox mailbox;
  for (int i = 1; i <= 1000; ++i) mailbox.Put(ProgressAt(i));
  EXPECT_EQ(std::get<v1::TrainingProgress>(mailbox.Take()).batch(), 1000);
  mailbox.Put(EpochNumber(1));
  EXPECT_EQ(std::get<v1::Epoch>(mailbox.Take()).epoch(), 1);
}

TEST(WatchMailboxTest, OfStagesOnlyTheLatestWaits) {
  WatchMailbox mailbox;
  mailbox.Put(WatchStage{"loading"});
  mailbox.Put(WatchStage{"training"});
  mailbox.Put(ProgressAt(1));
  mailbox.Put(WatchStage{"validating"});
  mailbox.Put(EpochNumber(1));
  mailbox.Put(WatchStage{"training"});
  EXPECT_EQ(std::get<WatchStage>(mailbox.Take()).name, "validating");
  EXPECT_EQ(std::get<v1::Epoch>(mailbox.Take()).epoch(), 1);
  EXPECT_EQ(std::get<WatchStage>(mailbox.Take()).name, "training");
}

TEST(WatchMailboxTest, ProgressOfAnEpochThatIsOverIsDropped) {
  WatchMailbox mailbox;
  mailbox.Put(ProgressAt(7));
  mailbox.Put(EpochNumber(1));
  mailbox.Put(ProgressAt(1));
  EXPECT_EQ(std::get<v1::Epoch>(mailbox.Take()).epoch(), 1);
  EXPECT_EQ(std::get<v1::TrainingProgress>(mailbox.Take()).batch(), 1);
}

}  // namespace
}  // namespace carousel::client
