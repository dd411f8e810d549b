#include "core/store/sql.h"

#include <sqlite3.h>

#include <limits>

#include "core/base/clock.h"

namespace carousel {

void BindValue(SQLite::Statement& statement, int index, std::string_view text) {
  statement.bind(index, std::string(text));
}

void BindValue(SQLite::Statement& statement, int index, std::int64_t number) {
  statement.bind(index, number);
}

void BindValue(SQLite::Statement& statement, int index, double number) {
  statement.bind(index, number);
}

void BindValue(SQLite::Statement& statement, int index, absl::Time time) {
  statement.bind(index, FormatRfc3339(time));
}

std::string RowReader::Text() {
  return statement_.getColumn(index_++).getString();
}

std::int64_t RowReader::Integer() {
  return statement_.getColumn(index_++).getInt64();
}

bool RowReader::Flag() { return Integer() != 0; }

double RowReader::Real() {
  return OptionalReal().value_or(std::numeric_limits<double>::quiet_NaN());
}

std::optional<double> RowReader::OptionalReal() {
  const SQLite::Column column = statement_.getColumn(index_++);
  if (column.isNull()) return std::nullopt;
  return column.getDouble();
}

absl::Time RowReader::Time() {
  const absl::StatusOr<absl::Time> time = ParseRfc3339(Text());
  if (!time.ok()) {
    throw SQLite::Exception(std::string(time.status().message()),
                            SQLITE_CORRUPT);
  }
  return *time;
}

std::optional<absl::Time> RowReader::OptionalTime() {
  if (statement_.isColumnNull(index_)) {
    ++index_;
    return std::nullopt;
  }
  return Time();
}

}  // namespace carousel
