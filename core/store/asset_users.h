// What keeps a dataset, vectors or a whole model from being deleted.
#ifndef CAROUSEL_CORE_STORE_ASSET_USERS_H_
#define CAROUSEL_CORE_STORE_ASSET_USERS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace SQLite {
class Database;
}

namespace carousel {

// As a message names them: "job-000001 (RUNNING)", "model imdb@3". Inside
// CatalogueDatabase::Transact.
std::vector<std::string> UsersOfDataset(SQLite::Database& database,
                                        std::string_view name);
std::vector<std::string> UsersOfVectors(SQLite::Database& database,
                                        std::string_view name);
// The jobs that wait or run for a model.
std::vector<std::string> OpenJobsFor(SQLite::Database& database,
                                     std::string_view model);

// FAILED_PRECONDITION (reason IN_USE) naming the users unless there are none.
absl::Status RefuseWhenUsed(std::string_view noun, std::string_view name,
                            const std::vector<std::string>& users);

}  // namespace carousel

#endif  // CAROUSEL_CORE_STORE_ASSET_USERS_H_
