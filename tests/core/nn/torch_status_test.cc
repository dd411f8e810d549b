#include "core/nn/torch_status.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <new>
#include <stdexcept>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

template <typename Function>
absl::Status StatusOfThrown(const Function& function) {
  try {
    function();
    return absl::OkStatus();
  } catch (...) {
    return TorchExceptionToStatus();
  }
}

TEST(TorchStatusTest, MemoryThatCannotBeHadIsResourceExhausted) {
  // More than any address space.
  EXPECT_THAT(StatusOfThrown([] { at::empty({std::int64_t{1} << 58}); }),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       AllOf(HasSubstr("memory ran out"),
                             HasSubstr("1152921504606846976 bytes"))));
  EXPECT_THAT(StatusOfThrown([] { throw std::bad_alloc(); }),
              StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST(TorchStatusTest, OtherExceptionsAreInternalAndBrief) {
  EXPECT_THAT(
      StatusOfThrown([] {
        at::zeros({2, 3}).matmul(at::zeros({2, 3}));
      }),
      StatusIs(absl::StatusCode::kInternal,
               AllOf(HasSubstr("LibTorch: "), Not(HasSubstr("frame #0")))));
  EXPECT_THAT(StatusOfThrown([] { throw std::runtime_error("odd"); }),
              StatusIs(absl::StatusCode::kInternal, "odd"));
  EXPECT_THAT(StatusOfThrown([] { throw 42; }),
              StatusIs(absl::StatusCode::kInternal));
}

}  // namespace
}  // namespace carousel
