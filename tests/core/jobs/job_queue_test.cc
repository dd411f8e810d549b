#include "core/jobs/job_queue.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carousel {
namespace {

JobRecord Job(const std::string& id, const std::string& model) {
  JobRecord job;
  job.job = id;
  job.model = model;
  return job;
}

// The id of the job taken, or "".
std::string TakeId(JobQueue& queue) {
  const auto ticket = queue.Take();
  return ticket.has_value() ? ticket->job : "";
}

TEST(JobQueueTest, GivesJobsInTheirOrder) {
  JobQueue queue;
  queue.PushBack(Job("1", "a"));
  queue.PushBack(Job("2", "b"));
  queue.PushBack(Job("3", "c"));
  EXPECT_EQ(TakeId(queue), "1");
  EXPECT_EQ(TakeId(queue), "2");
  EXPECT_EQ(queue.size(), 1);
  EXPECT_EQ(TakeId(queue), "3");
  EXPECT_EQ(TakeId(queue), "");
}

TEST(JobQueueTest, HoldsASecondJobOfAModelBackUntilTheFirstIsReleased) {
  JobQueue queue;
  queue.PushBack(Job("1", "a"));
  queue.PushBack(Job("2", "a"));
  queue.PushBack(Job("3", "b"));
  EXPECT_EQ(TakeId(queue), "1");
  EXPECT_EQ(TakeId(queue), "3");
  EXPECT_EQ(TakeId(queue), "");
  queue.Release("b");
  EXPECT_EQ(TakeId(queue), "");
  queue.Release("a");
  EXPECT_EQ(TakeId(queue), "2");
}

TEST(JobQueueTest, TellsVectorsFromModelsAndFromOtherVectors) {
  const auto vectors_job = [](const std::string& id, const std::string& name) {
    JobRecord job;
    job.job = id;
    job.kind = JobKind::kVectors;
    job.vectors = name;
    return job;
  };
  JobQueue queue;
  queue.PushBack(Job("1", "a"));
  queue.PushBack(vectors_job("2", "a"));
  queue.PushBack(vectors_job("3", "b"));
  queue.PushBack(vectors_job("4", "a"));
  EXPECT_EQ(TakeId(queue), "1");
  EXPECT_EQ(TakeId(queue), "2");
  EXPECT_EQ(TakeId(queue), "3");
  EXPECT_EQ(TakeId(queue), "");
  queue.Release(JobQueue::OutputOf(vectors_job("2", "a")));
  EXPECT_EQ(TakeId(queue), "4");
}

TEST(JobQueueTest, AnInterruptedJobGoesBeforeThoseThatWait) {
  JobQueue queue;
  queue.PushBack(Job("2", "a"));
  queue.PushFront(Job("1", "a"));
  EXPECT_EQ(TakeId(queue), "1");
}

TEST(JobQueueTest, ForgetsARemovedJob) {
  JobQueue queue;
  queue.PushBack(Job("1", "a"));
  queue.PushBack(Job("2", "a"));
  EXPECT_TRUE(queue.Contains("1"));
  EXPECT_TRUE(queue.Remove("1"));
  EXPECT_FALSE(queue.Contains("1"));
  EXPECT_FALSE(queue.Remove("1"));
  EXPECT_EQ(TakeId(queue), "2");
}

}  // namespace
}  // namespace carousel
