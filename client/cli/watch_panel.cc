#include "client/cli/watch_panel.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/console.h"
#include "client/cli/format.h"

namespace carousel::client {
namespace {

constexpr int kShortestCurve = 8;
constexpr int kLabelColumns = 17;
// Of the table, below which the curves make way.
constexpr int kTableRows = 3;

// The stages in which batches are trained on; in others the last of them is no
// news.
bool IsTraining(const std::string& stage) {
  return stage.empty() || stage == "training";
}

}  // namespace

void WatchPanel::OnEpoch(const v1::Epoch& epoch) {
  done_ = epoch.epoch();
  progress_.reset();
  train_losses_.push_back(epoch.train_loss());
  validation_losses_.push_back(epoch.validation_loss());
  numbers_.push_back(epoch.epoch());
}

void WatchPanel::OnProgress(const v1::TrainingProgress& progress) {
  progress_ = progress;
  if (progress.has_remaining_seconds()) {
    remaining_seconds_ = progress.remaining_seconds();
  }
}

void WatchPanel::OnStage(const std::string& stage) { stage_ = stage; }

std::string WatchPanel::DrawProgress(int columns) const {
  double of_epoch = 0;
  std::int64_t epoch = done_ + 1;
  if (progress_.has_value() && progress_->batches() > 0) {
    epoch = progress_->epoch();
    of_epoch = static_cast<double>(progress_->batch()) /
               static_cast<double>(progress_->batches());
  }
  Progress bar{.label = absl::StrCat("epoch ", epoch), .done = of_epoch};
  if (epochs_ > 0) {
    bar.label = absl::StrCat("epoch ", std::min(epoch, epochs_), "/", epochs_);
    bar.done = (static_cast<double>(epoch - 1) + of_epoch) /
               static_cast<double>(epochs_);
  }
  if (remaining_seconds_.has_value()) {
    bar.detail = absl::StrCat(FormatSeconds(*remaining_seconds_), " left");
  }
  return DrawBar(bar, columns);
}

std::string WatchPanel::DescribeStage() const {
  std::string line = stage_;
  if (!progress_.has_value() || !IsTraining(stage_)) return line;
  return absl::StrFormat(
      "%s, loss %.4f, %s tokens/s", stage_.empty() ? "training" : stage_,
      progress_->mean_loss(),
      FormatCount(static_cast<std::int64_t>(progress_->tokens_per_second())));
}

std::string WatchPanel::LeastValidationLoss() const {
  const auto range = RangeOf(validation_losses_);
  if (!range.has_value()) return "";
  const auto least = std::ranges::find(validation_losses_, range->low);
  return absl::StrCat(
      ", least at epoch ",
      numbers_[static_cast<std::size_t>(least - validation_losses_.begin())]);
}

std::optional<std::string> WatchPanel::DrawLosses(
    const std::string& label, const std::vector<double>& losses,
    const std::string& note, int columns) const {
  if (!RangeOf(losses).has_value()) return std::nullopt;
  std::vector<double> all = train_losses_;
  all.insert(all.end(), validation_losses_.begin(), validation_losses_.end());
  const CurveRange range = RangeOf(all).value_or(CurveRange());
  std::string ends =
      absl::StrFormat("  %.4f to %.4f", losses.front(), losses.back());
  std::string tail = absl::StrCat(ends, note);
  // The curve comes first, then its ends, then what else there is to say.
  const int wanted = std::min(static_cast<int>(losses.size()), kShortestCurve);
  const auto room = [&] {
    return columns - kLabelColumns - DisplayWidth(tail);
  };
  if (room() < wanted) tail = ends;
  if (room() < wanted) tail.clear();
  if (room() < wanted) return std::nullopt;
  return absl::StrFormat("%-*s%s%s", kLabelColumns, label,
                         DrawCurve(losses, range, room(), style_), tail);
}

std::vector<std::string> WatchPanel::Draw(TerminalSize size) const {
  const int columns = size.columns - 1;  // in the last one lines may wrap
  std::vector<std::string> lines = {DrawProgress(columns)};
  if (std::string stage = DescribeStage(); !stage.empty()) {
    lines.push_back(std::move(stage));
  }
  if (!train_losses_.empty()) {
    for (auto& curve : {DrawLosses("train loss", train_losses_, "", columns),
                        DrawLosses("validation loss", validation_losses_,
                                   LeastValidationLoss(), columns)}) {
      if (curve.has_value()) lines.push_back(*curve);
    }
  }
  const int room = std::max(1, size.rows - kTableRows);
  if (static_cast<int>(lines.size()) > room) lines.resize(room);
  for (std::string& line : lines) line = ShortText(line, columns);
  return lines;
}

}  // namespace carousel::client
