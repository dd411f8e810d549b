// Reviews and word vectors that a test can train on in a second.
#ifndef CAROUSEL_TESTS_SUPPORT_SAMPLE_DATA_H_
#define CAROUSEL_TESTS_SUPPORT_SAMPLE_DATA_H_

#include <string>

namespace carousel {

// A CSV of `rows` different short reviews, half of them "pos", half "neg",
// with the columns id, review and sentiment.
std::string SampleReviews(int rows = 40);

// GloVe text: the words of the reviews, 8 numbers each.
std::string SampleVectors();

}  // namespace carousel

#endif  // CAROUSEL_TESTS_SUPPORT_SAMPLE_DATA_H_
