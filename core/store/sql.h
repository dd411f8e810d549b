// The small steps between records and SQLite's statements. Everything here
// throws SQLite::Exception as SQLiteCpp does, so it is for code that runs
// inside CatalogueDatabase::Transact alone.
#ifndef CAROUSEL_CORE_STORE_SQL_H_
#define CAROUSEL_CORE_STORE_SQL_H_

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "SQLiteCpp/SQLiteCpp.h"
#include "absl/time/time.h"

namespace carousel {

// SQLite keeps what is no number (NaN) as NULL.
void BindValue(SQLite::Statement& statement, int index, std::string_view text);
void BindValue(SQLite::Statement& statement, int index, std::int64_t number);
// A template, so that no pointer turns into a flag.
template <std::same_as<bool> Flag>
void BindValue(SQLite::Statement& statement, int index, Flag flag) {
  statement.bind(index, static_cast<std::int32_t>(flag));
}
void BindValue(SQLite::Statement& statement, int index, double number);
void BindValue(SQLite::Statement& statement, int index, absl::Time time);
template <typename Value>
void BindValue(SQLite::Statement& statement, int index,
               const std::optional<Value>& value) {
  if (value.has_value()) {
    BindValue(statement, index, *value);
  } else {
    statement.bind(index);
  }
}

// Compiles `sql` and binds its parameters in order.
template <typename... Values>
SQLite::Statement Query(SQLite::Database& database, const std::string& sql,
                        const Values&... values) {
  SQLite::Statement statement(database, sql);
  int index = 0;
  (BindValue(statement, ++index, values), ...);
  return statement;
}

// Runs a statement that gives no rows; returns how many rows it changed.
template <typename... Values>
int Execute(SQLite::Database& database, const std::string& sql,
            const Values&... values) {
  return Query(database, sql, values...).exec();
}

// Reads the columns of a statement's row from left to right.
class RowReader {
 public:
  explicit RowReader(SQLite::Statement& statement) : statement_(statement) {}

  std::string Text();
  std::int64_t Integer();
  bool Flag();
  double Real();  // NaN for NULL
  std::optional<double> OptionalReal();
  absl::Time Time();
  std::optional<absl::Time> OptionalTime();

 private:
  SQLite::Statement& statement_;
  int index_ = 0;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_STORE_SQL_H_
