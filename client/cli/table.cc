#include "client/cli/table.h"

#include <algorithm>

#include "client/cli/format.h"

namespace carousel::client {

void Table::AddRow(std::vector<std::string> cells) {
  rows_.push_back(std::move(cells));
}

void Table::Print(std::ostream& out) const {
  std::vector<Column> columns = columns_;
  std::vector<std::string> titles;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    titles.push_back(columns[i].title);
    columns[i].width =
        std::max(columns[i].width, DisplayWidth(columns[i].title));
    for (const auto& row : rows_) {
      columns[i].width = std::max(columns[i].width, DisplayWidth(row[i]));
    }
  }
  PrintRow(out, columns, titles);
  for (const auto& row : rows_) PrintRow(out, columns, row);
}

void PrintRow(std::ostream& out, const std::vector<Column>& columns,
              const std::vector<std::string>& cells) {
  std::string line;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const int missing = columns[i].width - DisplayWidth(cells[i]);
    const std::string padding(static_cast<std::size_t>(std::max(missing, 0)),
                              ' ');
    if (i > 0) line += "  ";
    line += columns[i].align == Align::kRight ? padding + cells[i]
                                              : cells[i] + padding;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out << line << '\n';
}

void PrintFields(
    std::ostream& out,
    const std::vector<std::pair<std::string, std::string>>& fields) {
  int width = 0;
  for (const auto& [name, value] : fields) {
    width = std::max(width, DisplayWidth(name));
  }
  for (const auto& [name, value] : fields) {
    PrintRow(out, {{.width = width}, {}}, {name, value});
  }
}

}  // namespace carousel::client
