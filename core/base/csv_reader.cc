#include "core/base/csv_reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/error_details.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/base/utf8.h"

namespace carousel {
namespace {

constexpr std::size_t kBufferBytes = 256 << 10;
constexpr std::size_t kMaxListedColumns = 20;

void DropCarriageReturn(std::string& field) {
  if (!field.empty() && field.back() == '\r') field.pop_back();
}

}  // namespace

CsvReader::CsvReader(ByteSource& source)
    : source_(source), buffer_(kBufferBytes, '\0') {}

absl::StatusOr<std::unique_ptr<CsvReader>> CsvReader::Create(
    ByteSource& source) {
  std::unique_ptr<CsvReader> reader(new CsvReader(source));
  RETURN_IF_ERROR(reader->SkipByteOrderMark());
  RETURN_IF_ERROR(reader->ReadHeader());
  return reader;
}

absl::Status CsvReader::SkipByteOrderMark() {
  while (filled_ < kByteOrderMark.size()) {
    ASSIGN_OR_RETURN(
        const std::size_t count,
        source_.Read(buffer_.data() + filled_, buffer_.size() - filled_));
    if (count == 0) break;
    filled_ += count;
  }
  if (std::string_view(buffer_.data(), filled_).starts_with(kByteOrderMark)) {
    position_ = kByteOrderMark.size();
  }
  return absl::OkStatus();
}

absl::Status CsvReader::ReadHeader() {
  std::vector<std::string> names;
  ASSIGN_OR_RETURN(const bool found, ReadRecord(names));
  if (!found) {
    return absl::InvalidArgumentError(
        "the file is empty; a CSV begins with a line of column names");
  }
  for (auto name = names.begin(); name != names.end(); ++name) {
    if (FindInvalidUtf8(*name).has_value()) {
      return Error("it is not UTF-8 text; is this a CSV file?");
    }
    if (std::find(names.begin(), name, *name) != name) {
      return Error(absl::StrCat("it names the column ", Quote(*name),
                                " more than once"));
    }
  }
  header_ = std::move(names);
  return absl::OkStatus();
}

absl::StatusOr<std::size_t> CsvReader::FindColumn(std::string_view name) const {
  const auto found = std::find(header_.begin(), header_.end(), name);
  if (found != header_.end()) {
    return static_cast<std::size_t>(found - header_.begin());
  }
  std::vector<std::string> columns;
  for (const std::string& column : header_) {
    if (columns.size() == kMaxListedColumns) {
      columns.push_back("...");
      break;
    }
    columns.push_back(Quote(column));
  }
  return absl::InvalidArgumentError(absl::StrCat("there is no column ",
                                                 Quote(name), "; the file has ",
                                                 absl::StrJoin(columns, ", ")));
}

absl::StatusOr<bool> CsvReader::Next(std::vector<std::string>& fields) {
  ++row_;
  ASSIGN_OR_RETURN(const bool found, ReadRecord(fields));
  if (!found) {
    --row_;
    return false;
  }
  if (fields.size() != header_.size()) {
    return Error(absl::StrCat("the number of fields is ", fields.size(),
                              "; the header has ", header_.size()));
  }
  return true;
}

absl::StatusOr<bool> CsvReader::ReadRecord(std::vector<std::string>& fields) {
  // The strings that are there are filled again: no allocation a row.
  std::size_t count = 0;
  for (;;) {
    if (count == 0) record_line_ = line_;
    ASSIGN_OR_RETURN(const bool more, HasMore());
    if (!more && count == 0) return false;
    if (count == kMaxColumns) {
      return Error(absl::StrCat("there are more than ", kMaxColumns,
                                " fields, which is the limit"));
    }
    if (count == fields.size()) fields.emplace_back();
    std::string& field = fields[count++];
    field.clear();
    const bool quoted = more && buffer_[position_] == '"';
    ASSIGN_OR_RETURN(const FieldEnd end, quoted ? ReadQuotedField(field)
                                                : ReadUnquotedField(field));
    if (end == FieldEnd::kComma) continue;
    if (count == 1 && !quoted && field.empty()) {  // an empty line
      count = 0;
      continue;
    }
    fields.resize(count);
    return true;
  }
}

absl::StatusOr<CsvReader::FieldEnd> CsvReader::ReadUnquotedField(
    std::string& field) {
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, HasMore());
    if (!more) {
      DropCarriageReturn(field);
      return FieldEnd::kFile;
    }
    const char* const bytes = buffer_.data();
    const char* const stop = std::find_if(
        bytes + position_, bytes + filled_,
        [](char byte) { return byte == ',' || byte == '\n' || byte == '"'; });
    RETURN_IF_ERROR(TakeUntil(stop - bytes, field));
    if (position_ == filled_) continue;
    switch (buffer_[position_++]) {
      case ',':
        return FieldEnd::kComma;
      case '\n':
        ++line_;
        DropCarriageReturn(field);
        return FieldEnd::kLine;
      default:
        return Error(absl::StrCat(
            "a quote stands inside the unquoted field that begins ",
            Quote(field), "; write the field in quotes and double those ",
            "inside"));
    }
  }
}

absl::StatusOr<CsvReader::FieldEnd> CsvReader::ReadQuotedField(
    std::string& field) {
  const std::int64_t opening_line = line_;
  ++position_;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, HasMore());
    if (!more) {
      return Error(absl::StrCat("the quote opened on line ", opening_line,
                                " is never closed; is the file cut short?"));
    }
    const char* const bytes = buffer_.data();
    const char* const stop = std::find(bytes + position_, bytes + filled_, '"');
    line_ += std::count(bytes + position_, stop, '\n');
    RETURN_IF_ERROR(TakeUntil(stop - bytes, field));
    if (position_ == filled_) continue;
    ++position_;
    ASSIGN_OR_RETURN(const std::optional<FieldEnd> end, ReadAfterQuote());
    if (end.has_value()) return *end;
    field.push_back('"');
  }
}

absl::StatusOr<std::optional<CsvReader::FieldEnd>> CsvReader::ReadAfterQuote() {
  ASSIGN_OR_RETURN(bool more, HasMore());
  if (more && buffer_[position_] == '\r') {
    ++position_;
    ASSIGN_OR_RETURN(more, HasMore());
    if (more && buffer_[position_] != '\n') {
      return Error("a carriage return follows a closing quote");
    }
  }
  if (!more) return FieldEnd::kFile;
  switch (buffer_[position_++]) {
    case '"':
      return std::nullopt;
    case ',':
      return FieldEnd::kComma;
    case '\n':
      ++line_;
      return FieldEnd::kLine;
    default:
      return Error(
          "text follows a closing quote; double the quotes inside a field");
  }
}

absl::Status CsvReader::TakeUntil(std::size_t end, std::string& field) {
  const std::size_t count = end - position_;
  if (field.size() + count > kMaxFieldBytes) {
    return Error(absl::StrCat("a field is larger than ", kMaxFieldBytes,
                              " bytes; is a quote left open?"));
  }
  field.append(buffer_, position_, count);
  position_ = end;
  return absl::OkStatus();
}

absl::StatusOr<bool> CsvReader::HasMore() {
  if (position_ < filled_) return true;
  const absl::StatusOr<std::size_t> count =
      source_.Read(buffer_.data(), buffer_.size());
  if (!count.ok()) return WithContext(count.status(), Where());
  position_ = 0;
  filled_ = *count;
  return filled_ > 0;
}

std::string CsvReader::Where() const {
  if (row_ == 0) return "header";
  return absl::StrCat("row ", row_, " (line ", record_line_, ")");
}

absl::Status CsvReader::Error(std::string_view what) const {
  return absl::InvalidArgumentError(
      absl::StrCat(Where(), ": ", ToAbslView(what)));
}

std::string CsvField(std::string_view field) {
  if (field.find_first_of(",\"\r\n") == std::string_view::npos) {
    return std::string(field);
  }
  std::string quoted = "\"";
  for (const char byte : field) {
    if (byte == '"') quoted.push_back('"');
    quoted.push_back(byte);
  }
  quoted.push_back('"');
  return quoted;
}

}  // namespace carousel
