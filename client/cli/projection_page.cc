#include "client/cli/projection_page.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "client/cli/format.h"
#include "client/cli/label_layout.h"
#include "client/cli/projection_page_template.h"
#include "client/cli/projection_parts.h"

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

// From coordinates to pixels; both axes have the same scale, so that
// distances look as they are.
class Scale {
 public:
  explicit Scale(const v1::EmbeddingProjection& projection) {
    double left = 0, right = 0, bottom = 0, top = 0;  // keeps the origin in
    for (const v1::EmbeddingPoint& point : projection.points()) {
      for (const auto* position :
           {&point.position(), &point.initial_position()}) {
        if (position->empty()) continue;
        left = std::min(left, position->at(0));
        right = std::max(right, position->at(0));
        bottom = std::min(bottom, position->at(1));
        top = std::max(top, position->at(1));
      }
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
  std::string text = ProjectionSummary(projection);
  text += " Scroll to zoom, drag to move.";
  if (IsCrowded(projection)) {
    text += " Zoom in, or point at a marker, for a label that has no room.";
  }
  return text;
}

// Moves the words between where they stood and where they stand.
std::string BeforeAfter(const v1::EmbeddingProjection& projection) {
  if (!HasInitial(projection)) return "";
  return "<label class=\"time\">before <input id=\"time\" type=\"range\" "
         "min=\"0\" max=\"1\" step=\"0.01\" value=\"1\" "
         "aria-label=\"From before to after training\"> after "
         "training</label>\n";
}

// Where the word stood before training; "" where that is not known.
std::string InitialPlace(const v1::EmbeddingPoint& point, const Scale& scale) {
  if (point.initial_position_size() == 0) return "";
  return absl::StrFormat("data-before-x=\"%.2f\" data-before-y=\"%.2f\" ",
                         scale.X(point.initial_position(0)),
                         scale.Y(point.initial_position(1)));
}

std::string Point(const v1::EmbeddingPoint& point, const Scale& scale,
                  const LabelledPoint& at, const LabelPlace& label) {
  const std::string word = EscapeHtml(point.word());
  const std::string sentiment = SentimentName(point.sentiment());
  std::string leader;
  if (label.has_leader) {
    leader =
        absl::StrFormat("<line x2=\"%.1f\" y2=\"%.1f\"/>", label.dx, label.dy);
  }
  return absl::StrFormat(
      "<g class=\"point %s%s\" transform=\"translate(%.2f %.2f)\" "
      "data-x=\"%.2f\" data-y=\"%.2f\" %sdata-zoom=\"%d\" data-word=\"%s\" "
      "tabindex=\"0\"><title>%s: %s</title>%s<use href=\"#marker-%s\"/>"
      "<text x=\"%.1f\" y=\"%.1f\">%s</text></g>\n",
      sentiment, label.zoom > 1 ? " crowded" : "", at.x, at.y, at.x, at.y,
      InitialPlace(point, scale), label.zoom, word, word, DescribePoint(point),
      leader, sentiment, label.dx, label.dy, word);
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
    svg += Point(projection.points(static_cast<int>(i)), scale, points[i],
                 labels[i]);
  }
  return svg;
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

}  // namespace

std::string ProjectionPage(const v1::EmbeddingProjection& projection) {
  // One pass: what is filled in is not searched for further names.
  return absl::StrReplaceAll(kProjectionPage,
                             {{"{{source}}", EscapeHtml(projection.source())},
                              {"{{summary}}", Summary(projection)},
                              {"{{legend}}", SentimentButtons(projection)},
                              {"{{time}}", BeforeAfter(projection)},
                              {"{{plot}}", Plot(projection)},
                              {"{{pairs}}", PairTables(projection)},
                              {"{{unknown}}", UnknownWords(projection)}});
}

}  // namespace carousel::client
