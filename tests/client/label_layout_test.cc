#include "client/cli/label_layout.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "core/base/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carousel::client {
namespace {

constexpr double kWidth = 1000;
constexpr double kHeight = 700;
constexpr double kLabelHeight = 14;

std::vector<LabelledPoint> RandomPoints(int count) {
  std::mt19937_64 generator(1);
  std::vector<LabelledPoint> points;
  for (int i = 0; i < count; ++i) {
    points.push_back(
        {.x = 50 + static_cast<double>(UniformBelow(generator, 900)),
         .y = 50 + static_cast<double>(UniformBelow(generator, 600)),
         .label_width = 50});
  }
  return points;
}

// Whether two labels of the same zoom cover each other there.
bool Overlap(const LabelledPoint& a, const LabelPlace& at_a,
             const LabelledPoint& b, const LabelPlace& at_b) {
  const double dx = (a.x - b.x) * at_a.zoom + at_a.dx - at_b.dx;
  const double dy = (a.y - b.y) * at_a.zoom + at_a.dy - at_b.dy;
  constexpr double kTouch = 1e-6;  // to touch is not to cover
  return std::abs(dx) < (a.label_width + b.label_width) / 2 - kTouch &&
         std::abs(dy) < kLabelHeight - kTouch;
}

int CountOverlaps(const std::vector<LabelledPoint>& points,
                  const std::vector<LabelPlace>& places) {
  int overlaps = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (places[i].zoom == places[j].zoom &&
          Overlap(points[i], places[i], points[j], places[j])) {
        ++overlaps;
      }
    }
  }
  return overlaps;
}

TEST(PlaceLabelsTest, APointAloneHasItsLabelAtItsRight) {
  const auto places = PlaceLabels({{.x = 500, .y = 300, .label_width = 40}},
                                  kWidth, kHeight, kLabelHeight);
  ASSERT_EQ(places.size(), 1u);
  EXPECT_GT(places[0].dx, 20);
  EXPECT_EQ(places[0].dy, 0);
  EXPECT_EQ(places[0].zoom, 1);
  EXPECT_FALSE(places[0].has_leader);
}

TEST(PlaceLabelsTest, AtTheEdgeTheLabelStaysInside) {
  const auto places = PlaceLabels({{.x = 990, .y = 300, .label_width = 40}},
                                  kWidth, kHeight, kLabelHeight);
  EXPECT_LE(990 + places[0].dx + 20, kWidth);
}

TEST(PlaceLabelsTest, LabelsOfAModestPlotDoNotCoverEachOther) {
  const auto points = RandomPoints(150);
  const auto places = PlaceLabels(points, kWidth, kHeight, kLabelHeight);
  EXPECT_EQ(CountOverlaps(points, places), 0);
  for (const LabelPlace& place : places) EXPECT_EQ(place.zoom, 1);
}

TEST(PlaceLabelsTest, WhatDoesNotFitIsShownWhenThereIsRoom) {
  const auto points = RandomPoints(2000);
  const auto places = PlaceLabels(points, kWidth, kHeight, kLabelHeight);
  EXPECT_EQ(CountOverlaps(points, places), 0);
  const auto shown_at_once =
      std::count_if(places.begin(), places.end(),
                    [](const LabelPlace& place) { return place.zoom == 1; });
  EXPECT_GT(shown_at_once, 100);
  EXPECT_LT(shown_at_once, 2000);
}

TEST(PlaceLabelsTest, FewLabelsAreAllShownEvenAtOnePoint) {
  const std::vector<LabelledPoint> points(
      kAlwaysShown, {.x = 500, .y = 300, .label_width = 60});
  for (const LabelPlace& place :
       PlaceLabels(points, kWidth, kHeight, kLabelHeight)) {
    EXPECT_EQ(place.zoom, 1);
  }
}

TEST(PlaceLabelsTest, ManyPointsAtOnePlaceStillHaveLabels) {
  const std::vector<LabelledPoint> points(
      kAlwaysShown + 100, {.x = 500, .y = 300, .label_width = 60});
  const auto places = PlaceLabels(points, kWidth, kHeight, kLabelHeight);
  ASSERT_EQ(places.size(), points.size());
  EXPECT_EQ(places.back().zoom, kMaxLabelZoom);
}

}  // namespace
}  // namespace carousel::client
