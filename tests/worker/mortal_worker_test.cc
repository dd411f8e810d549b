// Workers that are killed at chosen points of a run, and their successors.
#include <cstddef>
#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "tests/worker/training_process_fixture.h"

namespace carousel {
namespace {

using ::testing::SizeIs;
using ::testing::StartsWith;

// A point at which a worker dies, and what it has told by then.
struct Death {
  std::string point;
  std::size_t epochs_told = 0;
};

class MortalWorkerTest : public TrainingProcessTest,
                         public ::testing::WithParamInterface<Death> {
 protected:
  ProcessLauncher mortal_{{.worker_binary = MORTAL_WORKER, .threads = 1}};
};

TEST_P(MortalWorkerTest, ItsSuccessorEndsWhereItWouldHave) {
  WorkerLog whole, first, second;
  const auto undisturbed = Launch(launcher_, Assign("whole"), whole);
  const WorkerAssignment assignment = Assign("killed");
  const std::filesystem::path fate = assignment.job_folder / "die";
  ASSERT_OK(WriteFileAtomically(
      fate, absl::StrCat("kill worker at ", GetParam().point)));
  {
    const auto worker = Launch(mortal_, assignment, first);
    EXPECT_THAT(first.AwaitExit().description,
                StartsWith("killed by signal 9 (SIGKILL)"));
  }
  EXPECT_THAT(first.epochs(), SizeIs(GetParam().epochs_told));
  EXPECT_FALSE(std::filesystem::exists(fate));

  const auto worker = Launch(mortal_, assignment, second);
  EXPECT_TRUE(second.AwaitExit().clean);
  EXPECT_TRUE(whole.AwaitExit().clean);
  EXPECT_THAT(whole.epochs(), SizeIs(parameters_.epochs));
  EXPECT_EQ(WithoutTimes(second.epochs()), WithoutTimes(whole.epochs()));
  ASSERT_TRUE(second.done().has_value());
  EXPECT_EQ(second.done()->best_epoch, whole.done()->best_epoch);
  EXPECT_EQ(second.done()->best_validation_accuracy,
            whole.done()->best_validation_accuracy);
  EXPECT_TRUE(ReadResult("killed", "model.safetensors") ==
              ReadResult("whole", "model.safetensors"));
}

INSTANTIATE_TEST_SUITE_P(
    Points, MortalWorkerTest,
    ::testing::Values(Death{"stage encoding", 0},
                      Death{"last batch of epoch 1", 0},
                      Death{"epoch 2 untold", 1}, Death{"epoch 2 told", 2},
                      Death{"last batch of epoch 3", 2},
                      Death{"stage saving", 4}),
    [](const ::testing::TestParamInfo<Death>& info) {
      return absl::StrReplaceAll(info.param.point, {{" ", "_"}});
    });

}  // namespace
}  // namespace carousel
