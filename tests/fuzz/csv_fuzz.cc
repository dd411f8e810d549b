// Any file as CSV, gzipped or not: what is read does not depend on how the
// bytes arrive, and what was read, written again, reads back. The first byte
// is the size of the pieces.
#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/csv_reader.h"
#include "tests/fuzz/fuzz_check.h"

namespace carousel {
namespace {

// Memory in pieces of a given size.
class PieceSource final : public ByteSource {
 public:
  PieceSource(std::string_view content, std::size_t piece)
      : content_(content), piece_(piece) {}

  absl::StatusOr<std::size_t> Read(char* buffer, std::size_t size) override {
    const std::size_t count = std::min({size, piece_, content_.size()});
    std::memcpy(buffer, content_.data(), count);
    content_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view content_;
  const std::size_t piece_;
};

struct Reading {
  std::vector<std::vector<std::string>> rows;  // the header first
  absl::Status status;
};

Reading ReadAll(ByteSource& source) {
  Reading reading;
  const auto reader = CsvReader::Create(source);
  reading.status = reader.status();
  if (!reader.ok()) return reading;
  reading.rows.push_back((*reader)->header());
  std::vector<std::string> fields;
  while (true) {
    const absl::StatusOr<bool> more = (*reader)->Next(fields);
    reading.status = more.status();
    if (!more.ok() || !*more) return reading;
    FUZZ_CHECK(fields.size() == reading.rows.front().size());
    reading.rows.push_back(fields);
  }
}

std::string Write(const std::vector<std::vector<std::string>>& rows) {
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      text += i == 0 ? "\"" : ",\"";
      for (const char c : row[i]) text += c == '"' ? "\"\"" : std::string(1, c);
      text += '"';
    }
    text += "\r\n";
  }
  return text;
}

void TestOneFile(std::string_view content) {
  const std::size_t piece = 1 + TakeByte(content);
  PieceSource pieces(content, piece);
  PieceSource at_once(content, content.size());
  const Reading reading = ReadAll(at_once);
  const Reading again = ReadAll(pieces);
  FUZZ_CHECK(again.status == reading.status && again.rows == reading.rows);
  // Unzipping must not crash either.
  ReadAll(*MakeMemorySource(std::string(content)));
  if (!reading.status.ok()) return;
  const std::string written = Write(reading.rows);
  PieceSource source(written, piece);
  const Reading back = ReadAll(source);
  FUZZ_CHECK(back.status.ok() && back.rows == reading.rows);
}

}  // namespace
}  // namespace carousel

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  carousel::TestOneFile(carousel::FuzzText(data, size));
  return 0;
}
