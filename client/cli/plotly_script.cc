#include "client/cli/plotly_script.h"

// The assembler takes the file as it is; a compiler would read such a literal
// for minutes, if at all. PLOTLY_JS is its path.
asm(".section .rodata.plotly_script, \"a\", @progbits\n"
    "carousel_plotly_script:\n"
    "  .incbin \"" PLOTLY_JS
    "\"\n"
    "carousel_plotly_script_end:\n"
    "  .byte 0\n"
    ".previous\n");

extern "C" {
[[gnu::visibility("hidden")]] extern const char carousel_plotly_script[];
[[gnu::visibility("hidden")]] extern const char carousel_plotly_script_end[];
}

namespace carousel::client {

std::string_view PlotlyScript() {
  return std::string_view(carousel_plotly_script, carousel_plotly_script_end);
}

}  // namespace carousel::client
