#include "client/cli/projection_space_page.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "client/cli/format.h"
#include "client/cli/json_output.h"
#include "client/cli/plotly_script.h"
#include "client/cli/projection_page_template.h"
#include "client/cli/projection_parts.h"
#include "core/base/strings.h"

namespace carousel::client {
namespace {

// The projection as JSON that ends no script element.
std::string Data(const v1::EmbeddingProjection& projection) {
  const std::string json =
      ToJson(projection)
          .dump(-1, ' ', /*ensure_ascii=*/true,
                nlohmann::ordered_json::error_handler_t::replace);
  return absl::StrReplaceAll(json, {{"<", "\\u003c"}});
}

// All that the picture shows, for whoever cannot see it.
std::string WordTable(const v1::EmbeddingProjection& projection) {
  std::string html =
      "<table><thead><tr><th>word</th><th>sentiment</th>"
      "<th class=\"number\">count</th><th class=\"number\">1</th>"
      "<th class=\"number\">2</th><th class=\"number\">3</th></tr></thead>"
      "<tbody>\n";
  for (const v1::EmbeddingPoint& point : projection.points()) {
    absl::StrAppend(
        &html, "<tr><td>", EscapeHtml(point.word()), "</td><td>",
        SentimentName(point.sentiment()), "</td><td class=\"number\">",
        point.has_count() ? FormatCount(point.count()) : "&ndash;", "</td>");
    for (const double coordinate : point.position()) {
      absl::StrAppendFormat(&html, "<td class=\"number\">%.3f</td>",
                            coordinate);
    }
    html += "</tr>\n";
  }
  return html + "</tbody></table>\n";
}

}  // namespace

std::string ProjectionSpacePage(const v1::EmbeddingProjection& projection) {
  // One pass: what is filled in is not searched for further names.
  return absl::StrReplaceAll(kProjectionSpacePage,
                             {{"{{source}}", EscapeHtml(projection.source())},
                              {"{{summary}}", ProjectionSummary(projection)},
                              {"{{legend}}", SentimentButtons(projection)},
                              {"{{pairs}}", PairTables(projection)},
                              {"{{words}}", WordTable(projection)},
                              {"{{unknown}}", UnknownWords(projection)},
                              {"{{data}}", Data(projection)},
                              {"{{plotly}}", ToAbslView(PlotlyScript())}});
}

}  // namespace carousel::client
