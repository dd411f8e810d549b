#include "client/cli/label_layout.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>
#include <numbers>
#include <optional>
#include <unordered_map>

namespace carousel::client {
namespace {

constexpr double kMarkerRadius = 5;
constexpr double kGap = 2;  // between a marker and its label
constexpr double kCell = 48;
// How much further out a label may stand. Labels that wait for a zoom keep to
// the first rings: among many points a long line leads the eye nowhere.
constexpr double kRings[] = {0, 5, 14, 26, 40};
constexpr std::size_t kNearRings = 2;
constexpr int kDirections = 16;

struct Box {
  double left, top, right, bottom;

  double Overlap(const Box& other) const {
    const double width =
        std::min(right, other.right) - std::max(left, other.left);
    const double height =
        std::min(bottom, other.bottom) - std::max(top, other.top);
    return width > 0 && height > 0 ? width * height : 0;
  }
};

// Boxes that are taken, found by where they are.
class TakenSpace {
 public:
  void Add(const Box& box) {
    boxes_.push_back(box);
    ForEachCell(box, [&](std::int64_t cell) {
      cells_[cell].push_back(boxes_.size() - 1);
    });
  }

  // The area of `box` that is taken, each taker counted for itself.
  double Overlap(const Box& box) const {
    double overlap = 0;
    ForEachCell(box, [&](std::int64_t cell) {
      const auto found = cells_.find(cell);
      if (found == cells_.end()) return;
      for (const std::size_t i : found->second) {
        // Counted again in every shared cell, which only ranks bad places.
        overlap += box.Overlap(boxes_[i]);
      }
    });
    return overlap;
  }

 private:
  template <typename Visit>
  static void ForEachCell(const Box& box, Visit visit) {
    const auto cell = [](double value) {
      return static_cast<std::int64_t>(std::floor(value / kCell));
    };
    for (std::int64_t y = cell(box.top); y <= cell(box.bottom); ++y) {
      for (std::int64_t x = cell(box.left); x <= cell(box.right); ++x) {
        visit(y * (std::int64_t{1} << 32) + x);
      }
    }
  }

  std::vector<Box> boxes_;
  std::unordered_map<std::int64_t, std::vector<std::size_t>> cells_;
};

class LabelPlacer {
 public:
  LabelPlacer(const std::vector<LabelledPoint>& points, double width,
              double height, double label_height)
      : points_(points),
        width_(width),
        height_(height),
        label_height_(label_height),
        is_crowded_(points.size() > kAlwaysShown),
        places_(points.size()) {}

  std::vector<LabelPlace> Place() {
    for (int zoom = 1; zoom <= kMaxLabelZoom; zoom *= 2) PlaceAt(zoom);
    std::vector<LabelPlace> places;
    for (const auto& place : places_) places.push_back(*place);
    return places;
  }

 private:
  // Places the labels that have no place yet, with all points `zoom` times as
  // far apart.
  void PlaceAt(int zoom) {
    const bool at_any_cost = zoom == kMaxLabelZoom || !is_crowded_;
    TakenSpace taken;
    for (std::size_t i = 0; i < points_.size(); ++i) {
      const double x = points_[i].x * zoom;
      const double y = points_[i].y * zoom;
      taken.Add({x - kMarkerRadius, y - kMarkerRadius, x + kMarkerRadius,
                 y + kMarkerRadius});
      if (places_[i].has_value()) taken.Add(LabelBox(i, *places_[i], zoom));
    }
    for (std::size_t i = 0; i < points_.size(); ++i) {
      if (places_[i].has_value()) continue;
      places_[i] = FindPlace(i, zoom, at_any_cost, taken);
      if (places_[i].has_value()) taken.Add(LabelBox(i, *places_[i], zoom));
    }
  }

  Box LabelBox(std::size_t i, const LabelPlace& place, int zoom) const {
    const double x = points_[i].x * zoom + place.dx;
    const double y = points_[i].y * zoom + place.dy;
    return {x - points_[i].label_width / 2, y - label_height_ / 2,
            x + points_[i].label_width / 2, y + label_height_ / 2};
  }

  std::optional<LabelPlace> FindPlace(std::size_t i, int zoom, bool at_any_cost,
                                      const TakenSpace& taken) const {
    std::optional<LabelPlace> best;
    double least = std::numeric_limits<double>::infinity();
    const std::size_t rings = is_crowded_ ? kNearRings : std::size(kRings);
    for (std::size_t ring = 0; ring < rings; ++ring) {
      for (int direction = 0; direction < kDirections; ++direction) {
        LabelPlace place = Candidate(points_[i], ring, direction);
        place.zoom = zoom;
        const Box box = LabelBox(i, place, zoom);
        const double cost = taken.Overlap(box) + Outside(box, zoom);
        if (cost == 0) return place;
        if (cost < least) {
          least = cost;
          best = place;
        }
      }
    }
    return at_any_cost ? best : std::nullopt;
  }

  // A label beside the marker in one of the directions, right of it first,
  // in one of the rings.
  LabelPlace Candidate(const LabelledPoint& point, std::size_t ring,
                       int direction) const {
    const double angle = 2 * std::numbers::pi * direction / kDirections;
    const double reach = kMarkerRadius + kGap + kRings[ring];
    // From the circle to the square around it, so that the label's side or
    // corner is as far from the point in every direction.
    const double x = std::cos(angle);
    const double y = std::sin(angle);
    const double side = std::max(std::abs(x), std::abs(y));
    return {.dx = x / side * (reach + point.label_width / 2),
            .dy = y / side * (reach + label_height_ / 2),
            .has_leader = ring >= kNearRings};
  }

  // The area of the box outside the plot.
  double Outside(const Box& box, int zoom) const {
    const Box plot = {0, 0, width_ * zoom, height_ * zoom};
    const double area = (box.right - box.left) * (box.bottom - box.top);
    const double outside = area - plot.Overlap(box);
    return outside > 1e-6 ? outside : 0;
  }

  const std::vector<LabelledPoint>& points_;
  const double width_;
  const double height_;
  const double label_height_;
  const bool is_crowded_;
  std::vector<std::optional<LabelPlace>> places_;
};

}  // namespace

std::vector<LabelPlace> PlaceLabels(const std::vector<LabelledPoint>& points,
                                    double width, double height,
                                    double label_height) {
  return LabelPlacer(points, width, height, label_height).Place();
}

}  // namespace carousel::client
