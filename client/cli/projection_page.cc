#include "client/cli/projection_page.h"

#include <algorithm>
#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "client/cli/format.h"
#include "client/cli/label_layout.h"
#include "client/cli/projection_page_template.h"

namespace carousel::client {
namespace {

// The drawing, in pixels of its own.
constexpr double kWidth = 1120;  // of the plotting area
constexpr double kHeight = 780;
constexpr double kLeft = 40;
constexpr double kTop = 10;
constexpr double kBottom = 40;
constexpr double kMargin = 36;  // from the outermost point to the frame
constexpr double kFontHeight = 14;
constexpr double kCharacterWidth = 7.2;

std::string Escape(const std::string& text) {
  // Bytes that are not UTF-8 become "?" and control characters spaces.
  return absl::StrReplaceAll(ShortText(text, 200), {{"&", "&amp;"},
                                                    {"<", "&lt;"},
                                                    {">", "&gt;"},
                                                    {"\"", "&quot;"},
                                                    {"'", "&#39;"}});
}

// From coordinates to pixels; both axes have the same scale, so that
// distances look as they are.
class Scale {
 public:
  explicit Scale(const v1::EmbeddingProjection& projection) {
    double left = 0, right = 0, bottom = 0, top = 0;  // keeps the origin in
    for (const v1::EmbeddingPoint& point : projection.points()) {
      left = std::min(left, point.position(0));
      right = std::max(right, point.position(0));
      bottom = std::min(bottom, point.position(1));
      top = std::max(top, point.position(1));
    }
    const double per_unit_x =
        (kWidth - 2 * kMargin) / std::max(right - left, 1e-9);
    const double per_unit_y =
        (kHeight - 2 * kMargin) / std::max(top - bottom, 1e-9);
    per_unit_ = std::min(per_unit_x, per_unit_y);
    x_at_zero_ = kWidth / 2 - per_unit_ * (left + right) / 2;
    y_at_zero_ = kHeight / 2 + per_unit_ * (bottom + top) / 2;
  }

  double X(double x) const { return x_at_zero_ + per_unit_ * x; }
  double Y(double y) const { return y_at_zero_ - per_unit_ * y; }

 private:
  double per_unit_ = 1;
  double x_at_zero_ = 0;
  double y_at_zero_ = 0;
};

// Whether some labels wait for a zoom.
bool IsCrowded(const v1::EmbeddingProjection& projection) {
  return static_cast<std::size_t>(projection.points_size()) > kAlwaysShown;
}

std::string Summary(const v1::EmbeddingProjection& projection) {
  std::string text = absl::StrCat(
      FormatCount(projection.points_size()),
      " words by principal component analysis. The axes explain ",
      absl::StrJoin(projection.explained_variance(), " and ",
                    [](std::string* out, double share) {
                      absl::StrAppend(out, FormatShare(share));
                    }),
      " of the variance; near words have similar vectors. Scroll to zoom, drag "
      "to move.");
  if (IsCrowded(projection)) {
    text += " Zoom in, or point at a marker, for a label that has no room.";
  }
  return text;
}

// A button a sentiment, which shows and hides its words.
std::string Legend(const v1::EmbeddingProjection& projection) {
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

std::string Tooltip(const v1::EmbeddingPoint& point) {
  std::string text = absl::StrCat(Escape(point.word()), ": ",
                                  SentimentName(point.sentiment()));
  if (point.has_count()) {
    absl::StrAppend(&text, ", seen ", FormatCount(point.count()),
                    " times in training");
  }
  return text;
}

std::string Point(const v1::EmbeddingPoint& point, const LabelledPoint& at,
                  const LabelPlace& label) {
  const std::string word = Escape(point.word());
  const std::string sentiment = SentimentName(point.sentiment());
  std::string leader;
  if (label.has_leader) {
    leader =
        absl::StrFormat("<line x2=\"%.1f\" y2=\"%.1f\"/>", label.dx, label.dy);
  }
  return absl::StrFormat(
      "<g class=\"point %s%s\" transform=\"translate(%.2f %.2f)\" "
      "data-x=\"%.2f\" data-y=\"%.2f\" data-zoom=\"%d\" data-word=\"%s\" "
      "tabindex=\"0\"><title>%s</title>%s<use href=\"#marker-%s\"/>"
      "<text x=\"%.1f\" y=\"%.1f\">%s</text></g>\n",
      sentiment, label.zoom > 1 ? " crowded" : "", at.x, at.y, at.x, at.y,
      label.zoom, word, Tooltip(point), leader, sentiment, label.dx, label.dy,
      word);
}

std::string Points(const v1::EmbeddingProjection& projection,
                   const Scale& scale) {
  std::vector<LabelledPoint> points;
  for (const v1::EmbeddingPoint& point : projection.points()) {
    points.push_back(
        {.x = scale.X(point.position(0)),
         .y = scale.Y(point.position(1)),
         .label_width = kCharacterWidth * DisplayWidth(point.word())});
  }
  const std::vector<LabelPlace> labels =
      PlaceLabels(points, kWidth, kHeight, kFontHeight);
  std::string svg;
  for (std::size_t i = 0; i < points.size(); ++i) {
    svg += Point(projection.points(static_cast<int>(i)), points[i], labels[i]);
  }
  return svg;
}

std::string AxisTitle(const v1::EmbeddingProjection& projection, int axis) {
  return absl::StrFormat("Component %d (%s of the variance)", axis + 1,
                         axis < projection.explained_variance_size()
                             ? FormatShare(projection.explained_variance(axis))
                             : "unknown share");
}

std::string Plot(const v1::EmbeddingProjection& projection) {
  const Scale scale(projection);
  std::string svg = absl::StrFormat(
      "<svg id=\"plot\" class=\"%s\" role=\"img\" aria-label=\"Scatter plot of "
      "words\" "
      "viewBox=\"0 0 %.0f %.0f\" data-left=\"%.0f\" data-top=\"%.0f\" "
      "data-width=\"%.0f\" data-height=\"%.0f\">\n",
      IsCrowded(projection) ? "many" : "few", kLeft + kWidth + 10,
      kTop + kHeight + kBottom, kLeft, kTop, kWidth, kHeight);
  absl::StrAppendFormat(
      &svg,
      "<clipPath id=\"area\"><rect width=\"%.0f\" height=\"%.0f\"/>"
      "</clipPath>\n<g transform=\"translate(%.0f %.0f)\">\n"
      "<rect class=\"frame\" width=\"%.0f\" height=\"%.0f\"/>\n"
      "<g clip-path=\"url(#area)\">\n",
      kWidth, kHeight, kLeft, kTop, kWidth, kHeight);
  const double x = scale.X(0);
  const double y = scale.Y(0);
  absl::StrAppendFormat(
      &svg,
      "<line id=\"zero-x\" class=\"zero\" data-at=\"%.2f\" x1=\"%.2f\" "
      "x2=\"%.2f\" y1=\"0\" y2=\"%.0f\"/>\n"
      "<line id=\"zero-y\" class=\"zero\" data-at=\"%.2f\" y1=\"%.2f\" "
      "y2=\"%.2f\" x1=\"0\" x2=\"%.0f\"/>\n"
      "<line id=\"link\" style=\"display:none\"/>\n<g>\n%s</g></g></g>\n",
      x, x, x, kHeight, y, y, y, kWidth, Points(projection, scale));
  absl::StrAppendFormat(&svg,
                        "<text class=\"axis\" x=\"%.0f\" y=\"%.0f\">%s</text>\n"
                        "<text class=\"axis\" transform=\"translate(%.0f %.0f) "
                        "rotate(-90)\">%s</text>\n</svg>\n",
                        kLeft + kWidth / 2, kTop + kHeight + kBottom - 12,
                        AxisTitle(projection, 0), kLeft - 16,
                        kTop + kHeight / 2, AxisTitle(projection, 1));
  return svg;
}

// One table a relation, the most similar pair first.
std::string Pairs(const v1::EmbeddingProjection& projection) {
  std::map<std::string, std::vector<const v1::EmbeddingPair*>> by_relation;
  for (const v1::EmbeddingPair& pair : projection.pairs()) {
    by_relation[pair.relation()].push_back(&pair);
  }
  if (by_relation.empty()) return "";
  std::string html =
      "<h2>Pairs</h2>\n<p>Cosines of the vectors in the full space, not of the "
      "points above: 1 is the same direction, 0 unrelated, -1 opposite.</p>\n"
      "<div class=\"pairs\">\n";
  for (auto& [relation, pairs] : by_relation) {
    std::stable_sort(
        pairs.begin(), pairs.end(),
        [](const auto* a, const auto* b) { return a->cosine() > b->cosine(); });
    absl::StrAppendFormat(
        &html,
        "<table><thead><tr><th colspan=\"2\">%s</th>"
        "<th class=\"number\">cosine</th></tr></thead><tbody>\n",
        Escape(relation));
    for (const v1::EmbeddingPair* pair : pairs) {
      const std::string a = Escape(pair->a());
      const std::string b = Escape(pair->b());
      absl::StrAppendFormat(&html,
                            "<tr data-a=\"%s\" data-b=\"%s\"><td>%s</td><td>%s"
                            "</td><td class=\"number\">%.3f</td></tr>\n",
                            a, b, a, b, pair->cosine());
    }
    html += "</tbody></table>\n";
  }
  return html + "</div>\n";
}

std::string Unknown(const v1::EmbeddingProjection& projection) {
  if (projection.unknown().empty()) return "";
  return absl::StrCat(
      "<h2>Without a vector</h2>\n<p>",
      absl::StrJoin(projection.unknown(), ", ",
                    [](std::string* out, const std::string& word) {
                      absl::StrAppend(out, Escape(word));
                    }),
      "</p>\n");
}

}  // namespace

std::string ProjectionPage(const v1::EmbeddingProjection& projection) {
  // One pass: what is filled in is not searched for further names.
  return absl::StrReplaceAll(kProjectionPage,
                             {{"{{source}}", Escape(projection.source())},
                              {"{{summary}}", Summary(projection)},
                              {"{{legend}}", Legend(projection)},
                              {"{{plot}}", Plot(projection)},
                              {"{{pairs}}", Pairs(projection)},
                              {"{{unknown}}", Unknown(projection)}});
}

}  // namespace carousel::client
