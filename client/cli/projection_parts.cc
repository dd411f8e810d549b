#include "client/cli/projection_parts.h"

#include <algorithm>
#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "client/cli/format.h"

namespace carousel::client {
namespace {

std::string PairRow(const v1::EmbeddingPair& pair, bool has_initial) {
  const std::string a = EscapeHtml(pair.a());
  const std::string b = EscapeHtml(pair.b());
  std::string html = absl::StrFormat(
      "<tr tabindex=\"0\" data-a=\"%s\" data-b=\"%s\"><td>%s</td><td>%s</td>",
      a, b, a, b);
  if (has_initial) {
    absl::StrAppend(&html, "<td class=\"number\">",
                    pair.has_initial_cosine()
                        ? absl::StrFormat("%.3f", pair.initial_cosine())
                        : "&ndash;",
                    "</td>");
  }
  absl::StrAppendFormat(&html, "<td class=\"number\">%.3f</td></tr>\n",
                        pair.cosine());
  return html;
}

}  // namespace

std::string EscapeHtml(const std::string& text) {
  // Bytes that are not UTF-8 become "?" and control characters spaces.
  return absl::StrReplaceAll(ShortText(text, 200), {{"&", "&amp;"},
                                                    {"<", "&lt;"},
                                                    {">", "&gt;"},
                                                    {"\"", "&quot;"},
                                                    {"'", "&#39;"}});
}

bool HasInitial(const v1::EmbeddingProjection& projection) {
  return projection.initial_explained_variance_size() > 0;
}

std::string ExplainedShares(const v1::EmbeddingProjection& projection) {
  std::string text;
  const int count = projection.explained_variance_size();
  for (int i = 0; i < count; ++i) {
    const char* const separator = i == 0 ? "" : i + 1 < count ? ", " : " and ";
    absl::StrAppend(&text, separator,
                    FormatShare(projection.explained_variance(i)));
  }
  return text;
}

std::string AxisTitle(const v1::EmbeddingProjection& projection, int axis) {
  return absl::StrFormat("Component %d (%s of the variance)", axis + 1,
                         axis < projection.explained_variance_size()
                             ? FormatShare(projection.explained_variance(axis))
                             : "unknown share");
}

std::string ProjectionSummary(const v1::EmbeddingProjection& projection) {
  std::string text =
      absl::StrCat(FormatCount(projection.points_size()),
                   " words by principal component analysis. The axes explain ",
                   ExplainedShares(projection),
                   " of the variance; near words have similar vectors.");
  if (!HasInitial(projection)) return text;
  const auto began = std::ranges::count_if(
      projection.points(), [](const v1::EmbeddingPoint& point) {
        return point.initial_position_size() > 0;
      });
  absl::StrAppend(&text,
                  " Before and after training are on the same axes, "
                  "those of the trained vectors.");
  if (began < projection.points_size()) {
    absl::StrAppend(&text, " ", FormatCount(projection.points_size() - began),
                    " of the words began at random and have no before.");
  }
  return text;
}

std::string SentimentButtons(const v1::EmbeddingProjection& projection) {
  std::map<std::string, int> counts;
  for (const v1::EmbeddingPoint& point : projection.points()) {
    ++counts[SentimentName(point.sentiment())];
  }
  std::string html;
  for (const int sentiment : {1, -1, 0}) {
    const std::string name = SentimentName(sentiment);
    absl::StrAppendFormat(
        &html,
        "<button data-sentiment=\"%s\" aria-pressed=\"true\"><svg "
        "viewBox=\"-6 -6 12 12\" class=\"%s\"><use href=\"#marker-%s\"/></svg> "
        "%s (%s)</button>\n",
        name, name, name, name, FormatCount(counts[name]));
  }
  return html;
}

std::string DescribePoint(const v1::EmbeddingPoint& point) {
  std::string text = SentimentName(point.sentiment());
  if (point.has_count()) {
    absl::StrAppend(&text, ", seen ", FormatCount(point.count()),
                    " times in training");
  }
  return text;
}

std::string PairTables(const v1::EmbeddingProjection& projection) {
  std::map<std::string, std::vector<const v1::EmbeddingPair*>> by_relation;
  for (const v1::EmbeddingPair& pair : projection.pairs()) {
    by_relation[pair.relation()].push_back(&pair);
  }
  if (by_relation.empty()) return "";
  const bool has_initial = HasInitial(projection);
  std::string html =
      "<h2>Pairs</h2>\n<p>Cosines of the vectors in the full space, not of the "
      "points above: 1 is the same direction, 0 unrelated, -1 opposite.</p>\n"
      "<div class=\"pairs\">\n";
  for (auto& [relation, pairs] : by_relation) {
    std::stable_sort(
        pairs.begin(), pairs.end(),
        [](const auto* a, const auto* b) { return a->cosine() > b->cosine(); });
    absl::StrAppendFormat(
        &html, "<table><thead><tr><th colspan=\"2\">%s</th>%s</tr></thead>",
        EscapeHtml(relation),
        has_initial ? "<th class=\"number\">before</th>"
                      "<th class=\"number\">after</th>"
                    : "<th class=\"number\">cosine</th>");
    html += "<tbody>\n";
    for (const v1::EmbeddingPair* pair : pairs) {
      html += PairRow(*pair, has_initial);
    }
    html += "</tbody></table>\n";
  }
  return html + "</div>\n";
}

std::string UnknownWords(const v1::EmbeddingProjection& projection) {
  if (projection.unknown().empty()) return "";
  return absl::StrCat(
      "<h2>Without a vector</h2>\n<p>",
      absl::StrJoin(projection.unknown(), ", ",
                    [](std::string* out, const std::string& word) {
                      absl::StrAppend(out, EscapeHtml(word));
                    }),
      "</p>\n");
}

}  // namespace carousel::client
