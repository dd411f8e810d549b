// What the pages of a projection have in common, as HTML.
#ifndef CAROUSEL_CLIENT_CLI_PROJECTION_PARTS_H_
#define CAROUSEL_CLIENT_CLI_PROJECTION_PARTS_H_

#include <string>

#include "carousel/v1/sentiment.pb.h"

namespace carousel::client {

// Text for HTML, also inside an attribute: one line, UTF-8, no markup.
std::string EscapeHtml(const std::string& text);

// Whether the server said where the words stood before training.
bool HasInitial(const v1::EmbeddingProjection& projection);

// "31.00 %, 12.50 % and 4.00 %".
std::string ExplainedShares(const v1::EmbeddingProjection& projection);
// "Component 1 (31.00 % of the variance)"; axes count from 0.
std::string AxisTitle(const v1::EmbeddingProjection& projection, int axis);

// How many words, what the axes explain, and what there was before training.
std::string ProjectionSummary(const v1::EmbeddingProjection& projection);
// A button a sentiment, which shows and hides its words.
std::string SentimentButtons(const v1::EmbeddingProjection& projection);
// What there is to say of a word beside the word: "positive, seen 12 times in
// training".
std::string DescribePoint(const v1::EmbeddingPoint& point);
// One table a relation, the most similar pair first; "" without pairs.
std::string PairTables(const v1::EmbeddingProjection& projection);
// The words without a vector; "" when there are none.
std::string UnknownWords(const v1::EmbeddingProjection& projection);

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_CLI_PROJECTION_PARTS_H_
