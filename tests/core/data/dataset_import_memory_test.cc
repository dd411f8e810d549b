// That an import's memory does not grow with its texts.
#include <malloc.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/data/dataset_import.h"
#include "core/data/dataset_reader.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace carousel {
namespace {

constexpr std::size_t kRows = 16'000;
constexpr std::size_t kTextBytes = 2'000;  // 32 MB in all

// Bytes that the program holds from malloc now. Sanitizers bring an allocator
// of their own, of which this says 0.
std::size_t AllocatedBytes() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

// A CSV that exists only while it is read, and watches the memory meanwhile.
class GeneratedCsv final : public ByteSource {
 public:
  explicit GeneratedCsv(std::size_t& peak) : peak_(peak) {}

  absl::StatusOr<std::size_t> Read(char* buffer, std::size_t size) override {
    peak_ = std::max(peak_, AllocatedBytes());
    if (position_ == line_.size()) NextLine();
    const std::size_t count = std::min(size, line_.size() - position_);
    std::memcpy(buffer, line_.data() + position_, count);
    position_ += count;
    return count;
  }

 private:
  void NextLine() {
    position_ = 0;
    line_.clear();
    if (row_ > kRows) return;
    if (row_++ == 0) {
      line_ = "review,sentiment\n";
      return;
    }
    absl::StrAppend(&line_, "text ", row_, " ");
    line_.append(kTextBytes, 'x');
    absl::StrAppend(&line_, row_ % 2 == 0 ? ",pos\n" : ",neg\n");
  }

  std::size_t& peak_;
  std::string line_;
  std::size_t position_ = 0;
  std::size_t row_ = 0;
};

TEST(ImportDatasetTest, KeepsNoText) {
  const TempDir folder;
  std::size_t peak = 0;
  const std::size_t before = AllocatedBytes();
  ASSERT_OK_AND_ASSIGN(
      const DatasetInfo info,
      ImportDataset([&peak] { return std::make_unique<GeneratedCsv>(peak); },
                    {}, folder.path()));
  EXPECT_EQ(info.rows, kRows);
  // Some 60 bytes a row, and buffers.
  EXPECT_LT(peak, before + (8U << 20));

  // Nor does whoever reads it.
  ASSERT_OK_AND_ASSIGN(const auto reader, DatasetReader::Open(folder.path()));
  std::size_t rows = 0;
  for (DatasetRow row; *reader->Next(row); ++rows) {
    EXPECT_GT(row.text.size(), kTextBytes);
  }
  EXPECT_EQ(rows, kRows);
  EXPECT_LT(AllocatedBytes(), before + (4U << 20));
}

}  // namespace
}  // namespace carousel
