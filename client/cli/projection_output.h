// A projection as a table, and as the content of a file.
#ifndef CAROUSEL_CLIENT_CLI_PROJECTION_OUTPUT_H_
#define CAROUSEL_CLIENT_CLI_PROJECTION_OUTPUT_H_

#include <filesystem>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "carousel/v1/sentiment.pb.h"

namespace carousel::client {

// INTERNAL when not every point has as many coordinates as the projection has
// dimensions, or these are neither 2 nor 3: what follows relies on it.
absl::Status CheckShape(const v1::EmbeddingProjection& projection);

// The points, then the pairs.
void PrintProjection(const v1::EmbeddingProjection& projection,
                     std::ostream& out);

// The content of a file, by its extension: .html, .csv, else JSON.
std::string RenderProjection(const v1::EmbeddingProjection& projection,
                             const std::filesystem::path& path);

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_CLI_PROJECTION_OUTPUT_H_
