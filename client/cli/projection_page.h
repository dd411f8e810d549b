// A projection as a page to look at.
#ifndef CAROUSEL_CLIENT_CLI_PROJECTION_PAGE_H_
#define CAROUSEL_CLIENT_CLI_PROJECTION_PAGE_H_

#include <string>

#include "carousel/v1/sentiment.pb.h"

namespace carousel::client {

// An HTML page that needs nothing else: a scatter plot (SVG) with every word
// at its point, the sentiment in colour and shape, the pairs with their
// cosines, the words without a vector. A script adds zooming and finding; the
// page can be read, and printed, without it. Projections to two dimensions.
std::string ProjectionPage(const v1::EmbeddingProjection& projection);

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_CLI_PROJECTION_PAGE_H_
