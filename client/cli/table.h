// Rows with aligned columns.
#ifndef CAROUSEL_CLIENT_CLI_TABLE_H_
#define CAROUSEL_CLIENT_CLI_TABLE_H_

#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace carousel::client {

enum class Align { kLeft, kRight };

struct Column {
  std::string title;
  Align align = Align::kLeft;
  // At least so wide, for tables whose rows come one by one.
  int width = 0;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // As many cells as there are columns.
  void AddRow(std::vector<std::string> cells);
  // Titles, then rows, each column as wide as its widest cell.
  void Print(std::ostream& out) const;

 private:
  const std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// One line of a table, two spaces between the cells.
void PrintRow(std::ostream& out, const std::vector<Column>& columns,
              const std::vector<std::string>& cells);

// Names and values in two columns, without titles.
void PrintFields(
    std::ostream& out,
    const std::vector<std::pair<std::string, std::string>>& fields);

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_CLI_TABLE_H_
