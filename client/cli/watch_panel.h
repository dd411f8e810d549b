// What a terminal shows below the table while a job is watched.
#ifndef CAROUSEL_CLIENT_CLI_WATCH_PANEL_H_
#define CAROUSEL_CLIENT_CLI_WATCH_PANEL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "carousel/v1/training.pb.h"
#include "client/cli/curve.h"
#include "client/cli/environment.h"

namespace carousel::client {

//   epoch 7/50 [#####...................................]  13 %  25m04s left
//   training, loss 0.3121, 12,345 tokens/s
//   train loss       ##=--._  0.6931 to 0.3121
//   validation loss  @#*+=--  0.6815 to 0.3390, least at epoch 6
//
// Both curves are of the same scale. Not thread-safe.
class WatchPanel {
 public:
  explicit WatchPanel(CurveStyle style) : style_(style) {}

  // How many epochs were asked for; without it the bar is of the epoch.
  void SetEpochs(std::int64_t epochs) { epochs_ = epochs; }
  void OnEpoch(const v1::Epoch& epoch);
  void OnProgress(const v1::TrainingProgress& progress);
  void OnStage(const std::string& stage);

  // Lines that fit: each shorter than the terminal is wide, and no more than
  // leave room for some of the table.
  std::vector<std::string> Draw(TerminalSize size) const;

 private:
  std::string DrawProgress(int columns) const;
  std::string DescribeStage() const;
  // Nothing where there is no room, or no loss: a job need not measure it.
  std::optional<std::string> DrawLosses(const std::string& label,
                                        const std::vector<double>& losses,
                                        const std::string& note,
                                        int columns) const;
  std::string LeastValidationLoss() const;

  const CurveStyle style_;
  std::int64_t epochs_ = 0;
  std::int64_t done_ = 0;
  std::string stage_;
  std::optional<v1::TrainingProgress> progress_;  // of the running epoch
  std::optional<double> remaining_seconds_;
  // One an epoch.
  std::vector<double> train_losses_;
  std::vector<double> validation_losses_;
  std::vector<std::int64_t> numbers_;
};

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_CLI_WATCH_PANEL_H_
