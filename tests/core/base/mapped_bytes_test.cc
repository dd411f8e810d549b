#include "core/base/mapped_bytes.h"

#include <fcntl.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "core/base/byte_source.h"
#include "gtest/gtest.h"
#include "tests/support/gzip.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace carousel {
namespace {

class MappedBytesTest : public ::testing::Test {
 protected:
  std::filesystem::path Write(const std::string& content) {
    const std::filesystem::path path = folder_ / "file";
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }

  const TempDir folder_;
};

TEST_F(MappedBytesTest, ShowsAFileAlsoWhenItsPagesAreReleased) {
  std::string content;
  for (int i = 0; i < 10'000; ++i) content += std::to_string(i) + '\n';
  ASSERT_OK_AND_ASSIGN(const FileDescriptor file,
                       FileDescriptor::Open(Write(content), O_RDONLY));
  const auto mapped = MappedBytes::Map(file);
  ASSERT_TRUE(mapped.has_value());
  EXPECT_EQ(mapped->bytes(), content);
  for (std::size_t begin = 0; begin < content.size(); begin += 5'000) {
    mapped->Release(mapped->bytes().substr(begin, 5'000));
  }
  mapped->Release(mapped->bytes());
  EXPECT_EQ(mapped->bytes(), content);
}

TEST_F(MappedBytesTest, MapsNeitherNothingNorAFolder) {
  ASSERT_OK_AND_ASSIGN(const FileDescriptor empty,
                       FileDescriptor::Open(Write(""), O_RDONLY));
  EXPECT_FALSE(MappedBytes::Map(empty).has_value());
  ASSERT_OK_AND_ASSIGN(const FileDescriptor folder,
                       FileDescriptor::Open(Write("").parent_path(), O_RDONLY));
  EXPECT_FALSE(MappedBytes::Map(folder).has_value());
}

TEST_F(MappedBytesTest, ASourceShowsAllOfAPlainFileOrMemory) {
  ASSERT_OK_AND_ASSIGN(const auto file, OpenByteSource(Write("some bytes")));
  char first;
  ASSERT_OK(file->Read(&first, 1));
  ASSERT_NE(file->Map(), nullptr);
  EXPECT_EQ(file->Map()->bytes(), "some bytes");

  const auto memory = MakeMemorySource("others");
  ASSERT_NE(memory->Map(), nullptr);
  EXPECT_EQ(memory->Map()->bytes(), "others");
  memory->Map()->Release(memory->Map()->bytes());
  EXPECT_EQ(memory->Map()->bytes(), "others");
}

TEST_F(MappedBytesTest, ASourceShowsNothingOfGzip) {
  ASSERT_OK_AND_ASSIGN(const auto file, OpenByteSource(Write(Gzip("bytes"))));
  EXPECT_EQ(file->Map(), nullptr);
  EXPECT_EQ(MakeMemorySource(Gzip("bytes"))->Map(), nullptr);
}

}  // namespace
}  // namespace carousel
