// Refuses a catalogue that ends in the middle of a page.
#ifndef CAROUSEL_CORE_STORE_TORN_CATALOGUE_H_
#define CAROUSEL_CORE_STORE_TORN_CATALOGUE_H_

#include <filesystem>

#include "absl/status/status.h"

namespace carousel {

// To be asked before SQLite opens the file: it reads the missing end of a page
// as zeros, and so takes a file that was cut for a whole one. DATA_LOSS for a
// last page that is not whole, unless SQLite has what makes it whole: a
// write-ahead log that holds the page (a kill in the middle of copying the log
// leaves that), or a journal to roll back from. What is no database at all is
// OK here; SQLite says so itself. The formats are https://sqlite.org/fileformat
// and its section 4.
absl::Status RefuseTornCatalogue(const std::filesystem::path& database);

}  // namespace carousel

#endif  // CAROUSEL_CORE_STORE_TORN_CATALOGUE_H_
