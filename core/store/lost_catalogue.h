// Refuses a data folder that has lost its catalogue.
#ifndef CAROUSEL_CORE_STORE_LOST_CATALOGUE_H_
#define CAROUSEL_CORE_STORE_LOST_CATALOGUE_H_

#include "absl/status/status.h"
#include "core/store/data_folder.h"

namespace carousel {

// To be asked before the catalogue is opened, which would make a new one: then
// every folder is one that no row names, and the recovery removes those.
// DATA_LOSS when carousel.db is missing or empty though datasets, vectors or
// models are stored.
absl::Status RefuseLostCatalogue(const DataFolder& folder);

}  // namespace carousel

#endif  // CAROUSEL_CORE_STORE_LOST_CATALOGUE_H_
