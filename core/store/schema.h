// The tables of the catalogue and how they came to be.
#ifndef CAROUSEL_CORE_STORE_SCHEMA_H_
#define CAROUSEL_CORE_STORE_SCHEMA_H_

#include <array>

#include "core/store/database.h"

namespace carousel {

// kMigrations[v] brings schema v to v + 1; schema 0 is an empty database. What
// was released is never changed again: a new schema appends a script.
extern const std::array<const char*, CatalogueDatabase::kSchemaVersion>
    kMigrations;

}  // namespace carousel

#endif  // CAROUSEL_CORE_STORE_SCHEMA_H_
