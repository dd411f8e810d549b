#include "logging/log_context.h"

#include <future>
#include <memory>
#include <string>

#include "gtest/gtest.h"

namespace carousel {
namespace {

std::shared_ptr<const LogContext> Named(const std::string& request_id) {
  return std::make_shared<const LogContext>(
      LogContext{.request_id = request_id});
}

std::string CurrentId() {
  return CurrentLogContext() == nullptr ? "none"
                                        : CurrentLogContext()->request_id;
}

TEST(LogContextTest, EndsWithItsScope) {
  EXPECT_EQ(CurrentId(), "none");
  {
    const ScopedLogContext outer(Named("outer"));
    EXPECT_EQ(CurrentId(), "outer");
    {
      const ScopedLogContext inner(Named("inner"));
      EXPECT_EQ(CurrentId(), "inner");
    }
    EXPECT_EQ(CurrentId(), "outer");
  }
  EXPECT_EQ(CurrentId(), "none");
}

TEST(LogContextTest, IsMadeOfTheHeadersOfACall) {
  const LogContext context =
      MakeLogContext("r1",
                     "00-4bf92f3577b34da6a3ce929d0e0e4736-"
                     "00f067aa0ba902b7-01");
  EXPECT_EQ(context.request_id, "r1");
  EXPECT_EQ(context.trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(context.span_id, "00f067aa0ba902b7");
  EXPECT_EQ(MakeLogContext("r1", "nonsense").trace_id, "");
}

TEST(ContextThreadPoolTest, RunsATaskInTheContextOfWhoeverHandedItOver) {
  ContextThreadPool pool(1);
  std::promise<std::string> first;
  std::promise<std::string> second;
  std::promise<std::string> third;
  {
    const ScopedLogContext scope(Named("call"));
    pool.Run([&] {
      first.set_value(CurrentId());
      // What a task hands over is of the same work.
      pool.Run([&] { second.set_value(CurrentId()); });
    });
  }
  EXPECT_EQ(first.get_future().get(), "call");
  EXPECT_EQ(second.get_future().get(), "call");
  pool.Run([&] { third.set_value(CurrentId()); });
  EXPECT_EQ(third.get_future().get(), "none") << "nothing stays on the thread";
}

}  // namespace
}  // namespace carousel
