#include "server/stored_vectors.h"

#include <filesystem>
#include <memory>

#include "core/base/byte_source.h"
#include "core/base/status_macros.h"
#include "core/base/stoppable_source.h"

namespace carousel {

absl::StatusOr<WordVectors> ReadStoredVectors(const AssetStore& assets,
                                              std::string_view name,
                                              const WordFilter& filter,
                                              const std::stop_token& stop,
                                              int threads) {
  ASSIGN_OR_RETURN(const std::filesystem::path file,
                   assets.VerifiedVectors(name, stop));
  ASSIGN_OR_RETURN(const std::unique_ptr<ByteSource> source,
                   OpenByteSource(file));
  StoppableSource stoppable(*source, stop);
  return ReadWordVectors(stoppable, filter, /*summary=*/nullptr, threads);
}

}  // namespace carousel
