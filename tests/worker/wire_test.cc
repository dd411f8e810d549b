#include "worker/wire.h"

#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <string_view>
#include <thread>

#include "carousel/worker/v1/worker.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "worker/unique_fd.h"

namespace carousel {
namespace {

using ::testing::HasSubstr;
using worker::v1::Event;

// Two connected ends.
class WireTest : public ::testing::Test {
 protected:
  WireTest() {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) std::abort();
    near_ = UniqueFd(ends[0]);
    far_ = UniqueFd(ends[1]);
  }

  static Event Stage(const std::string& stage) {
    Event event;
    event.mutable_stage()->set_stage(stage);
    return event;
  }
  void SendBytes(std::string_view bytes) {
    ASSERT_EQ(send(near_.get(), bytes.data(), bytes.size(), 0),
              static_cast<ssize_t>(bytes.size()));
  }
  void CloseNear() { near_ = UniqueFd(); }

  UniqueFd near_, far_;
};

TEST_F(WireTest, CarriesMessagesInOrderToTheEnd) {
  ASSERT_OK(WriteMessage(near_.get(), Stage("loading")));
  ASSERT_OK(WriteMessage(near_.get(), Event()));  // no bytes at all
  ASSERT_OK(WriteMessage(near_.get(), Stage(std::string(200, 'x'))));
  CloseNear();
  Event event;
  EXPECT_THAT(ReadMessage(far_.get(), event), IsOkAndHolds(true));
  EXPECT_EQ(event.stage().stage(), "loading");
  EXPECT_THAT(ReadMessage(far_.get(), event), IsOkAndHolds(true));
  EXPECT_EQ(event.event_case(), Event::EVENT_NOT_SET);
  EXPECT_THAT(ReadMessage(far_.get(), event), IsOkAndHolds(true));
  EXPECT_EQ(event.stage().stage(), std::string(200, 'x'));
  EXPECT_THAT(ReadMessage(far_.get(), event), IsOkAndHolds(false));
}

TEST_F(WireTest, ReadsNoByteBeyondAMessage) {
  ASSERT_OK(WriteMessage(near_.get(), Stage("loading")));
  SendBytes("next");
  Event event;
  ASSERT_OK(ReadMessage(far_.get(), event));
  char rest[16];
  EXPECT_EQ(recv(far_.get(), rest, sizeof(rest), MSG_DONTWAIT), 4);
}

TEST_F(WireTest, ReadsAMessageThatComesByteByByte) {
  std::string bytes = Stage(std::string(300, 'x')).SerializeAsString();
  ASSERT_EQ(bytes.size(), 306);
  bytes.insert(0, "\xb2\x02");  // 306 as a varint
  std::thread sending([&] {
    for (const char byte : bytes) SendBytes(std::string_view(&byte, 1));
    CloseNear();
  });
  Event event;
  EXPECT_THAT(ReadMessage(far_.get(), event), IsOkAndHolds(true));
  EXPECT_EQ(event.stage().stage(), std::string(300, 'x'));
  EXPECT_THAT(ReadMessage(far_.get(), event), IsOkAndHolds(false));
  sending.join();
}

TEST_F(WireTest, WritesAMessageLargerThanTheSocketHolds) {
  const Event large = Stage(std::string(4 << 20, 'x'));
  absl::Status written;
  std::thread writing([&] { written = WriteMessage(near_.get(), large); });
  Event event;
  EXPECT_THAT(ReadMessage(far_.get(), event), IsOkAndHolds(true));
  writing.join();
  EXPECT_OK(written);
  EXPECT_EQ(event.stage().stage().size(), 4 << 20);
}

TEST_F(WireTest, SaysWhatIsWrongWithAStream) {
  const std::string over_limit("\x81\x80\x80\x08", 4);  // 16 MiB and one
  const struct {
    std::string bytes;
    std::string message;
  } cases[] = {
      {"\x80", "ends within a message's length"},
      {"\x05", "ends after 0 of the 5 bytes"},
      {"\x05"
       "abc",
       "ends after 3 of the 5 bytes"},
      {"\x03\xff\xff\xff", "no carousel.worker.v1.Event"},
      {over_limit, "16777217 bytes; at most 16777216"},
      {"\xff\xff\xff\xff\xff\xff", "at most 16777216"},
      {"GET / HTTP/1.1", "ends after 13 of the 71 bytes"},
  };
  for (const auto& test_case : cases) {
    int ends[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    near_ = UniqueFd(ends[0]);
    far_ = UniqueFd(ends[1]);
    SendBytes(test_case.bytes);
    CloseNear();
    Event event;
    EXPECT_THAT(
        ReadMessage(far_.get(), event),
        StatusIs(absl::StatusCode::kDataLoss, HasSubstr(test_case.message)));
  }
}

TEST_F(WireTest, RefusesToWriteMoreThanTheLimit) {
  const Event large = Stage(std::string(kMaxMessageBytes, 'x'));
  EXPECT_THAT(WriteMessage(near_.get(), large),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("at most 16777216")));
  char byte;
  EXPECT_EQ(recv(far_.get(), &byte, 1, MSG_DONTWAIT), -1);
}

TEST_F(WireTest, AnEndThatIsGoneIsAStatusAndNoSignal) {
  CloseNear();
  EXPECT_THAT(WriteMessage(far_.get(), Stage("loading")),
              StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(WireTest, AnEndThatDiedWithUnreadBytesIsTheEnd) {
  ASSERT_OK(WriteMessage(far_.get(), Stage("never read")));
  CloseNear();
  Event event;
  EXPECT_THAT(ReadMessage(far_.get(), event), IsOkAndHolds(false));
}

std::atomic<int> signals_seen = 0;

TEST_F(WireTest, GoesOnAfterSignals) {
  struct sigaction action = {};
  action.sa_handler = [](int) { ++signals_seen; };  // without SA_RESTART
  struct sigaction before;
  ASSERT_EQ(sigaction(SIGUSR1, &action, &before), 0);
  Event event;
  absl::StatusOr<bool> read = false;
  std::thread reading([&] { read = ReadMessage(far_.get(), event); });
  const std::string bytes("\x04\x0a\x02\x0a\x00", 5);
  for (const char byte : bytes) {
    const int seen = signals_seen;
    ASSERT_EQ(pthread_kill(reading.native_handle(), SIGUSR1), 0);
    while (signals_seen == seen) std::this_thread::yield();
    SendBytes(std::string_view(&byte, 1));
  }
  reading.join();
  sigaction(SIGUSR1, &before, nullptr);
  EXPECT_THAT(read, IsOkAndHolds(true));
  EXPECT_TRUE(event.has_stage());
}

}  // namespace
}  // namespace carousel
