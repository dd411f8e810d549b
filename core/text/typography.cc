#include "core/text/typography.h"

#include <array>

namespace carousel {

std::string_view AsciiForm(char32_t code_point) {
  switch (code_point) {
    case U'`':
    case 0x00B4:  // acute accent
    case 0x02BC:  // modifier letter apostrophe
    case 0x2018:  // single quotation marks
    case 0x2019:
    case 0x201A:
    case 0x201B:
    case 0x2032:  // prime
    case 0x2035:  // reversed prime
    case 0x2039:  // single angle quotation marks
    case 0x203A:
      return "'";
    case 0x00A8:  // diaeresis, the quotation mark of some keyboards
    case 0x00AB:  // double angle quotation marks
    case 0x00BB:
    case 0x201C:  // double quotation marks
    case 0x201D:
    case 0x201E:
    case 0x201F:
    case 0x2033:  // double prime
    case 0x2036:  // reversed double prime
      return "\"";
    case 0x2010:  // hyphen
    case 0x2011:  // non-breaking hyphen
    case 0x2043:  // hyphen bullet
    case 0x2212:  // minus sign
      return "-";
    case 0x2012:  // figure dash
    case 0x2013:  // en dash
    case 0x2014:  // em dash
    case 0x2015:  // horizontal bar
    case 0x2E3A:  // two-em dash
    case 0x2E3B:  // three-em dash
      return "--";
    case 0x2044:  // fraction slash
    case 0x2215:  // division slash
      return "/";
    default:
      return {};
  }
}

char32_t FromWindows1252(char32_t code_point) {
  static constexpr std::array<char16_t, 32> kCharacters = {
      0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
      0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008D, 0x017D, 0x008F,
      0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
      0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};
  if (code_point < 0x80 || code_point > 0x9F) return code_point;
  return kCharacters[code_point - 0x80];
}

}  // namespace carousel
