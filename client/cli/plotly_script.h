// plotly.js, which draws points in space (MIT license, in its first lines).
#ifndef CAROUSEL_CLIENT_CLI_PLOTLY_SCRIPT_H_
#define CAROUSEL_CLIENT_CLI_PLOTLY_SCRIPT_H_

#include <string_view>

namespace carousel::client {

// The whole library, 4.8 MB of JavaScript that a page can carry: it ends no
// script element and needs nothing else.
std::string_view PlotlyScript();

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_CLI_PLOTLY_SCRIPT_H_
