// Where the labels of a scatter plot stand, so that they can be read.
//
// Greedy, point by point: of the places around a point, near ones first, the
// first that covers no point and no other label. A label that fits nowhere is
// shown from the zoom at which it does: points move apart and text keeps its
// size.
#ifndef CAROUSEL_CLIENT_CLI_LABEL_LAYOUT_H_
#define CAROUSEL_CLIENT_CLI_LABEL_LAYOUT_H_

#include <vector>

namespace carousel::client {

// All in pixels; x to the right, y down.
struct LabelledPoint {
  double x = 0;
  double y = 0;
  double label_width = 0;
};

struct LabelPlace {
  // The centre of the label, from the point.
  double dx = 0;
  double dy = 0;
  // Shown from this zoom on: 1, 2, 4, ..., kMaxLabelZoom.
  int zoom = 1;
  // Too far from the point to be told apart from its neighbours' labels: a
  // line leads from one to the other.
  bool has_leader = false;
};

inline constexpr int kMaxLabelZoom = 32;

// The places, in the order of the points. Up to kAlwaysShown labels are all
// shown at zoom 1, over one another where nothing else is left.
std::vector<LabelPlace> PlaceLabels(const std::vector<LabelledPoint>& points,
                                    double width, double height,
                                    double label_height);

inline constexpr std::size_t kAlwaysShown = 300;

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_CLI_LABEL_LAYOUT_H_
