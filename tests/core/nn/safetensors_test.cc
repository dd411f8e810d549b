#include "core/nn/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using testing::HasSubstr;

SafetensorsFile TwoTensors() {
  return {.tensors = {{.name = "a",
                       .type = TensorType::kF32,
                       .shape = {2, 1},
                       .bytes = "12345678"},
                      {.name = "b",
                       .type = TensorType::kI64,
                       .shape = {},
                       .bytes = "abcdefgh"}},
          .metadata = {{"format", "carousel"}}};
}

// A file with this header and these data.
std::string WithHeader(std::string_view header, std::string_view data) {
  const std::uint64_t size = header.size();
  std::string content(8, '\0');
  std::memcpy(content.data(), &size, 8);
  return content.append(header).append(data);
}

TEST(SafetensorsTest, GivesBackWhatWasWritten) {
  ASSERT_OK_AND_ASSIGN(const SafetensorsFile file,
                       ParseSafetensors(SerializeSafetensors(TwoTensors())));
  ASSERT_EQ(file.tensors.size(), 2);
  const NamedTensor* a = file.Find("a");
  ASSERT_NE(a, nullptr);
  EXPECT_EQ(a->shape, (std::vector<std::int64_t>{2, 1}));
  EXPECT_EQ(a->bytes, "12345678");
  EXPECT_EQ(file.Find("b")->type, TensorType::kI64);
  EXPECT_EQ(file.Find("c"), nullptr);
  EXPECT_EQ(file.metadata.at("format"), "carousel");
}

TEST(SafetensorsTest, AlignsTheDataForReadersThatMapTheFile) {
  const std::string content = SerializeSafetensors(TwoTensors());
  std::uint64_t header_bytes = 0;
  std::memcpy(&header_bytes, content.data(), 8);
  EXPECT_EQ(header_bytes % 8, 0);
  EXPECT_EQ(content.substr(8 + header_bytes), "12345678abcdefgh");
}

TEST(SafetensorsTest, EveryTruncationIsRefused) {
  const std::string content = SerializeSafetensors(TwoTensors());
  for (std::size_t size = 0; size < content.size(); ++size) {
    EXPECT_FALSE(ParseSafetensors(content.substr(0, size)).ok()) << size;
  }
}

struct BadFile {
  const char* name;
  std::string header;
  std::string data;
  const char* message;
};

class SafetensorsErrorTest : public testing::TestWithParam<BadFile> {};

TEST_P(SafetensorsErrorTest, IsRefusedWithTheReason) {
  EXPECT_THAT(ParseSafetensors(WithHeader(GetParam().header, GetParam().data)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr(GetParam().message)));
}

INSTANTIATE_TEST_SUITE_P(
    Files, SafetensorsErrorTest,
    testing::Values(
        BadFile{"NoJson", "{\"a\":", "", "no JSON object"},
        BadFile{"Array", "[]", "", "no JSON object"},
        BadFile{"UnknownType",
                R"({"a":{"dtype":"F8","shape":[1],"data_offsets":[0,1]}})", "x",
                "has dtype F8"},
        BadFile{"NoOffsets", R"({"a":{"dtype":"U8","shape":[1]}})", "x",
                "has no dtype, shape and data_offsets"},
        BadFile{"ShapeDisagrees",
                R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})",
                "1234", "does not fill"},
        BadFile{"PastTheEnd",
                R"({"a":{"dtype":"U8","shape":[9],"data_offsets":[0,9]}})",
                "1234", "ends at 9"},
        BadFile{"Gap",
                R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
                "xy", "must begin at 0"},
        BadFile{"Overlap",
                R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},)"
                R"("b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})",
                "xyz", "must begin at 2"},
        BadFile{"BytesLeftOver",
                R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})",
                "xyz", "follow the last tensor"},
        BadFile{"NegativeSize",
                R"({"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}})",
                "x", "no whole number"},
        BadFile{"SizeOverflows",
                R"({"a":{"dtype":"F64","shape":[9223372036854775807,8],)"
                R"("data_offsets":[0,8]}})",
                "12345678", "does not fill"}),
    [](const auto& info) { return info.param.name; });

TEST(SafetensorsTest, RefusesAHeaderLargerThanTheFile) {
  std::string content = WithHeader("{}", "");
  content[6] = '\x7f';
  EXPECT_THAT(ParseSafetensors(content),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("the header has")));
}

}  // namespace
}  // namespace carousel
