// A projection to three dimensions as a page to look at.
#ifndef CAROUSEL_CLIENT_CLI_PROJECTION_SPACE_PAGE_H_
#define CAROUSEL_CLIENT_CLI_PROJECTION_SPACE_PAGE_H_

#include <string>

#include "carousel/v1/sentiment.pb.h"

namespace carousel::client {

// An HTML page of 5 MB that needs nothing else: every word at its point in a
// space that turns, the sentiment in colour and shape, the pairs as lines and,
// with their cosines, in tables; beside it, where the words stood before
// training, when the server said. Where a browser has no WebGL or no script,
// the page says so, and the tables are there.
std::string ProjectionSpacePage(const v1::EmbeddingProjection& projection);

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_CLI_PROJECTION_SPACE_PAGE_H_
