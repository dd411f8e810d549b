#include "logging/event_log.h"

#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "logging/log_context.h"
#include "tests/support/log_sink.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

class EventLogTest : public ::testing::Test {
 protected:
  nlohmann::json Json() const {
    EXPECT_EQ(json_sink_->text().find('\n'), json_sink_->text().size() - 1)
        << "an event is one line";
    return nlohmann::json::parse(json_sink_->text());
  }

  const std::shared_ptr<LogSink> sink_ = std::make_shared<LogSink>();
  EventLog text_{LogFormat::kText, LogLevel::info, sink_};
  const std::shared_ptr<LogSink> json_sink_ = std::make_shared<LogSink>();
  EventLog json_{LogFormat::kJson, LogLevel::info, json_sink_};
};

TEST_F(EventLogTest, TextIsTimeLevelEventAndFields) {
  text_.Info("rpc", {{"method", "A/B"}, {"rows", 3}, {"seconds", 0.25}});
  EXPECT_THAT(sink_->text(),
              MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{6}Z "
                           "info rpc method=A/B rows=3 seconds=0\\.25\n"));
}

TEST_F(EventLogTest, WhatWouldPassForMoreFieldsIsQuoted) {
  text_.Warn("event", {{"space", "a b"},
                       {"empty", ""},
                       {"quote", "say \"x\""},
                       {"equals", "a=b"},
                       {"lines", "a\nlevel=error"},
                       {"bytes", "caf\xe9"}});
  EXPECT_THAT(
      sink_->text(),
      HasSubstr(
          "warning event space=\"a b\" empty=\"\" quote=\"say \\\"x\\\"\" "
          "equals=\"a=b\" lines=\"a\\nlevel=error\" "
          "bytes=\"caf\\xe9\"\n"));
}

TEST_F(EventLogTest, JsonIsAnObject) {
  json_.Error("rpc", {{"method", "A \"B\"\n"}, {"rows", 3}, {"seconds", 0.25}});
  const nlohmann::json line = Json();
  EXPECT_EQ(line["level"], "error");
  EXPECT_EQ(line["event"], "rpc");
  EXPECT_EQ(line["method"], "A \"B\"\n");
  EXPECT_EQ(line["rows"], 3);
  EXPECT_EQ(line["seconds"], 0.25);
  EXPECT_THAT(line["time"].get<std::string>(),
              MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]+Z"));
}

TEST_F(EventLogTest, JsonStaysJsonWhateverIsLogged) {
  json_.Info("event", {{"bytes", "caf\xe9"},
                       {"nan", std::numeric_limits<double>::quiet_NaN()},
                       {"large", std::numeric_limits<double>::infinity()},
                       {"pattern", "100 %v %l"}});
  const nlohmann::json line = Json();
  EXPECT_EQ(line["bytes"], "caf\xef\xbf\xbd");
  EXPECT_TRUE(line["nan"].is_null());
  EXPECT_TRUE(line["large"].is_null());
  EXPECT_EQ(line["pattern"], "100 %v %l");
}

TEST_F(EventLogTest, TheContextIsInEveryLine) {
  const ScopedLogContext scope(std::make_shared<const LogContext>(
      LogContext{.job = "job-000001", .request_id = "r1", .trace_id = "t1"}));
  json_.Info("event", {{"epoch", 1}});
  const nlohmann::json line = Json();
  EXPECT_EQ(line["job"], "job-000001");
  EXPECT_EQ(line["request_id"], "r1");
  EXPECT_EQ(line["trace_id"], "t1");
  EXPECT_FALSE(line.contains("span_id")) << "it has none";
  text_.Info("event", {{"epoch", 2}});
  EXPECT_THAT(
      sink_->text(),
      HasSubstr("info event epoch=2 job=job-000001 request_id=r1 trace_id=t1"));
}

TEST_F(EventLogTest, TheLevelChangesWhileItIsUsed) {
  text_.Debug("quiet", {});
  EXPECT_THAT(sink_->text(), IsEmpty());
  text_.set_level(LogLevel::debug);
  text_.Debug("chatty", {});
  EXPECT_THAT(sink_->text(), HasSubstr("debug chatty"));
  text_.set_level(LogLevel::off);
  text_.Critical("hidden", {});
  EXPECT_THAT(sink_->text(), ::testing::Not(HasSubstr("hidden")));
}

TEST(ParseLogLevelTest, ReadsTheNamesThatItWrites) {
  for (const char* name :
       {"trace", "debug", "info", "warning", "error", "critical", "off"}) {
    ASSERT_OK_AND_ASSIGN(const LogLevel level, ParseLogLevel("level", name));
    EXPECT_EQ(ToString(level), name);
  }
  EXPECT_THAT(
      ParseLogLevel("--log_level", "loud"),
      StatusIs(absl::StatusCode::kInvalidArgument,
               "--log_level is loud; it must be trace, debug, info, warning, "
               "error, critical or off"));
}

TEST(ParseLogFormatTest, ReadsTheNamesThatItWrites) {
  for (const char* name : {"text", "json"}) {
    ASSERT_OK_AND_ASSIGN(const LogFormat format, ParseLogFormat("f", name));
    EXPECT_EQ(ToString(format), name);
  }
  EXPECT_THAT(ParseLogFormat("--log_format", "xml"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "--log_format is xml; it must be text or json"));
}

}  // namespace
}  // namespace carousel
