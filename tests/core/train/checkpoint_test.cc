#include "core/train/checkpoint.h"

#include <fstream>

#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace carousel {
namespace {

using ::testing::HasSubstr;

Checkpoint MakeCheckpoint() {
  Checkpoint checkpoint;
  checkpoint.parameters.learning_rate = 0.1 + 0.2;
  checkpoint.inputs_sha256 = "abc";
  checkpoint.epochs = {{.epoch = 1, .train_loss = 1.0 / 3, .tokens = 12},
                       {.epoch = 2, .validation_accuracy = 0.1 + 0.7}};
  checkpoint.compute = {{1, "reference", "cpu", 2}, {2, "libtorch", "cpu", 4}};
  checkpoint.best_epoch = 2;
  checkpoint.weights = std::string("\0weights", 8);
  checkpoint.best_weights = "best";
  checkpoint.optimizer = "";
  return checkpoint;
}

class CheckpointTest : public ::testing::Test {
 protected:
  std::filesystem::path File() const { return folder_ / kCheckpointFile; }
  // Changes the lowest bit of a byte; again changes it back.
  void FlipBit(std::uintmax_t at) const {
    std::fstream file(File(), std::ios::binary | std::ios::in | std::ios::out);
    file.seekg(static_cast<std::streamoff>(at));
    const int byte = file.get();
    file.seekp(static_cast<std::streamoff>(at));
    file.put(static_cast<char>(byte ^ 1));
  }

  TempDir folder_;
};

TEST_F(CheckpointTest, ReadsBackBitForBit) {
  const Checkpoint written = MakeCheckpoint();
  ASSERT_OK(WriteCheckpoint(written, folder_.path()));
  ASSERT_OK_AND_ASSIGN(const std::optional<Checkpoint> read,
                       ReadCheckpoint(folder_.path()));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->parameters, written.parameters);
  EXPECT_EQ(read->inputs_sha256, written.inputs_sha256);
  EXPECT_EQ(read->epochs, written.epochs);
  EXPECT_EQ(read->compute, written.compute);
  EXPECT_EQ(read->best_epoch, written.best_epoch);
  EXPECT_EQ(read->weights, written.weights);
  EXPECT_EQ(read->best_weights, written.best_weights);
  EXPECT_EQ(read->optimizer, written.optimizer);
}

TEST_F(CheckpointTest, NoFileIsNoCheckpoint) {
  ASSERT_OK_AND_ASSIGN(const std::optional<Checkpoint> read,
                       ReadCheckpoint(folder_.path()));
  EXPECT_FALSE(read.has_value());
}

TEST_F(CheckpointTest, TheNewestReplacesTheOneBefore) {
  Checkpoint checkpoint = MakeCheckpoint();
  ASSERT_OK(WriteCheckpoint(checkpoint, folder_.path()));
  checkpoint.weights = "newer";
  ASSERT_OK(WriteCheckpoint(checkpoint, folder_.path()));
  ASSERT_OK_AND_ASSIGN(const std::optional<Checkpoint> read,
                       ReadCheckpoint(folder_.path()));
  EXPECT_EQ(read->weights, "newer");
}

TEST_F(CheckpointTest, AFileCutAnywhereIsDataLossThatNamesIt) {
  ASSERT_OK(WriteCheckpoint(MakeCheckpoint(), folder_.path()));
  for (auto size = std::filesystem::file_size(File()); size-- > 0;) {
    std::filesystem::resize_file(File(), size);
    ASSERT_THAT(
        ReadCheckpoint(folder_.path()),
        StatusIs(absl::StatusCode::kDataLoss, HasSubstr(File().string())))
        << size << " bytes";
  }
}

TEST_F(CheckpointTest, AChangedBitInAnyByteIsDataLoss) {
  ASSERT_OK(WriteCheckpoint(MakeCheckpoint(), folder_.path()));
  for (auto at = std::filesystem::file_size(File()); at-- > 0;) {
    FlipBit(at);
    ASSERT_THAT(ReadCheckpoint(folder_.path()),
                StatusIs(absl::StatusCode::kDataLoss))
        << "byte " << at;
    FlipBit(at);
  }
  EXPECT_OK(ReadCheckpoint(folder_.path()));
}

TEST_F(CheckpointTest, WhatIsNoCheckpointIsDataLoss) {
  ASSERT_OK(WriteFileAtomically(File(), std::string(1000, 'x')));
  EXPECT_THAT(ReadCheckpoint(folder_.path()),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("not a checkpoint of this version")));
}

TEST_F(CheckpointTest, WritingIntoAMissingFolderFails) {
  EXPECT_THAT(WriteCheckpoint(MakeCheckpoint(), folder_ / "absent"),
              StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace carousel
