// How far a word is from one that was meant.
#ifndef CAROUSEL_CORE_BASE_EDIT_DISTANCE_H_
#define CAROUSEL_CORE_BASE_EDIT_DISTANCE_H_

#include <cstddef>
#include <string_view>

namespace carousel {

// How many bytes have to be put in, left out or exchanged to make `b` of `a`
// (Levenshtein 1966). Takes time for each byte of one with each of the other.
std::size_t EditDistance(std::string_view a, std::string_view b);

}  // namespace carousel

#endif  // CAROUSEL_CORE_BASE_EDIT_DISTANCE_H_
