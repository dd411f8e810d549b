// The words and vectors of a file in the store.
#ifndef CAROUSEL_SERVER_STORED_VECTORS_H_
#define CAROUSEL_SERVER_STORED_VECTORS_H_

#include <stop_token>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/store/asset_store.h"
#include "core/text/word_vectors.h"

namespace carousel {

// Reads what `filter` keeps (null: all), after a look at the checksum: seconds
// for a file of 400,000 words. NOT_FOUND naming what is not there, DATA_LOSS
// naming the file that changed, CANCELLED once `stop` is requested. `threads`
// as ReadWordVectors has it: by one, the filter is asked in the order of the
// file.
absl::StatusOr<WordVectors> ReadStoredVectors(const AssetStore& assets,
                                              std::string_view name,
                                              const WordFilter& filter,
                                              const std::stop_token& stop,
                                              int threads = 0);

}  // namespace carousel

#endif  // CAROUSEL_SERVER_STORED_VECTORS_H_
