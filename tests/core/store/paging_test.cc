#include "core/store/paging.h"

#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Optional;

TEST(PagingTest, SizesHaveADefaultAndALimit) {
  const struct {
    std::int64_t asked;
    std::int64_t given;
  } cases[] = {{0, 100}, {1, 1}, {1000, 1000}, {1001, 1000}, {INT64_MAX, 1000}};
  for (const auto& test : cases) {
    ASSERT_OK_AND_ASSIGN(const PagePosition position,
                         ParsePageRequest("jobs", {.page_size = test.asked}));
    EXPECT_EQ(position.size, test.given);
    EXPECT_EQ(position.after, std::nullopt);
  }
  EXPECT_THAT(ParsePageRequest("jobs", {.page_size = -1}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "page_size is -1; it must not be negative"));
}

TEST(PagingTest, ATokenSaysWhereToGoOn) {
  for (const char* key : {"imdb", "m@3", "a\nb"}) {
    ASSERT_OK_AND_ASSIGN(
        const PagePosition position,
        ParsePageRequest("jobs", {.page_token = MakePageToken("jobs", key)}));
    EXPECT_THAT(position.after, Optional(std::string(key)));
  }
}

TEST(PagingTest, ATokenBelongsToItsList) {
  const std::string token = MakePageToken("jobs RUNNING", "job-000001");
  for (const char* list :
       {"jobs", "jobs ", "jobs QUEUED", "jobs RUNNING ", ""}) {
    EXPECT_THAT(
        ParsePageRequest(list, {.page_token = token}),
        StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("page_token")))
        << list;
  }
}

TEST(PagingTest, ATokenIsGivenOnlyWhereMoreFollows) {
  const auto key = [](int row) { return std::to_string(row); };
  const auto more =
      MakePage<int>("numbers", {.size = 2}, std::vector<int>{1, 2, 3}, key);
  EXPECT_THAT(more.records, ElementsAre(1, 2));
  EXPECT_EQ(more.next_page_token, MakePageToken("numbers", "2"));
  const auto last =
      MakePage<int>("numbers", {.size = 2}, std::vector<int>{1, 2}, key);
  EXPECT_THAT(last.records, ElementsAre(1, 2));
  EXPECT_EQ(last.next_page_token, "");
}

}  // namespace
}  // namespace carousel
