// Characters that typesetting and old encodings put in the place of ASCII.
#ifndef CAROUSEL_CORE_TEXT_TYPOGRAPHY_H_
#define CAROUSEL_CORE_TEXT_TYPOGRAPHY_H_

#include <string_view>

namespace carousel {

// What a typographic character is in ASCII: ' for single quotes, primes and
// the accents that people type as an apostrophe, " for double quotes, - for
// hyphens and minus, -- for dashes, / for slashes. Empty for any other
// character.
std::string_view AsciiForm(char32_t code_point);

// A control character of U+0080 to U+009F as the Windows-1252 character of the
// same byte, as browsers read it: real text has the former only where software
// took the latter for Latin-1. The five bytes that Windows-1252 leaves open,
// and all other code points, stay as they are.
char32_t FromWindows1252(char32_t code_point);

}  // namespace carousel

#endif  // CAROUSEL_CORE_TEXT_TYPOGRAPHY_H_
