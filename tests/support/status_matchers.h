// What this release of Abseil lacks: matchers of absl::Status and
// absl::StatusOr that show the message when they fail.
#ifndef CAROUSEL_TESTS_SUPPORT_STATUS_MATCHERS_H_
#define CAROUSEL_TESTS_SUPPORT_STATUS_MATCHERS_H_

#include <string>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carousel {

inline const absl::Status& StatusOf(const absl::Status& status) {
  return status;
}
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& statusor) {
  return statusor.status();
}

MATCHER(IsOk, negation ? "is not OK" : "is OK") {
  *result_listener << "which is " << StatusOf(arg).ToString();
  return StatusOf(arg).ok();
}

// An OK StatusOr whose value matches, for example IsOkAndHolds(Eq(3)).
MATCHER_P(IsOkAndHolds, value_matcher,
          (negation ? "is not OK or holds no value that " : "is OK and ") +
              ::testing::DescribeMatcher<
                  const typename std::decay_t<arg_type>::value_type&>(
                  value_matcher)) {
  if (!arg.ok()) {
    *result_listener << "which is " << arg.status().ToString();
    return false;
  }
  return ::testing::ExplainMatchResult(value_matcher, *arg, result_listener);
}

MATCHER_P(StatusIs, code,
          (negation ? "is not " : "is ") + absl::StatusCodeToString(code)) {
  *result_listener << "which is " << StatusOf(arg).ToString();
  return StatusOf(arg).code() == code;
}

// The message as well, for example
// StatusIs(absl::StatusCode::kNotFound, HasSubstr("imdb")).
MATCHER_P2(StatusIs, code, message_matcher,
           (negation ? "is not " : "is ") + absl::StatusCodeToString(code) +
               " with a message that " +
               ::testing::DescribeMatcher<std::string>(message_matcher)) {
  *result_listener << "which is " << StatusOf(arg).ToString();
  return StatusOf(arg).code() == code &&
         ::testing::Value(std::string(StatusOf(arg).message()),
                          message_matcher);
}

}  // namespace carousel

#define EXPECT_OK(expression) EXPECT_THAT(expression, ::carousel::IsOk())
#define ASSERT_OK(expression) ASSERT_THAT(expression, ::carousel::IsOk())

// Assigns the value of a StatusOr to `target`, which may be a declaration, or
// ends the test with the status.
#define ASSERT_OK_AND_ASSIGN(target, expression) \
  CAROUSEL_ASSERT_OK_AND_ASSIGN(                 \
      CAROUSEL_TEST_CONCAT(test_statusor_, __LINE__), target, expression)
#define CAROUSEL_ASSERT_OK_AND_ASSIGN(statusor, target, expression) \
  auto statusor = (expression);                                     \
  ASSERT_TRUE(statusor.ok()) << statusor.status();                  \
  target = *std::move(statusor)
#define CAROUSEL_TEST_CONCAT(a, b) CAROUSEL_TEST_CONCAT_INNER(a, b)
#define CAROUSEL_TEST_CONCAT_INNER(a, b) a##b

#endif  // CAROUSEL_TESTS_SUPPORT_STATUS_MATCHERS_H_
