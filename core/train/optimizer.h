// Turns gradients into steps: Adam (Kingma & Ba 2015), AdamW (Loshchilov &
// Hutter 2019), and stochastic gradient descent with momentum.
#ifndef CAROUSEL_CORE_TRAIN_OPTIMIZER_H_
#define CAROUSEL_CORE_TRAIN_OPTIMIZER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "core/nn/lstm_cell.h"  // NamedParameter, and at::Tensor with it
#include "core/train/hyperparameters.h"

namespace carousel {

// Updates parameters in place by LibTorch's fused kernels, one pass over the
// memory for each group. Reads nothing back from their device but to
// serialize. Not thread-safe.
class Optimizer {
 public:
  // Parameters that require no gradient are left out. The weight matrices are
  // decayed, biases and the embedding are not; the embedding has a rate of its
  // own when the hyper-parameters say so.
  Optimizer(const HyperParameters& parameters,
            const std::vector<NamedParameter>& model);

  void ClearGradients();

  // The squares of all gradients together added up, of which the 2-norm is the
  // root: one double, on their device.
  at::Tensor SquaredNorm() const;
  // Scales the gradients, whose SquaredNorm is `squares`, down to the norm
  // `limit` when they have a larger one.
  void ClipGradients(const at::Tensor& squares, double limit);

  // One step with every learning rate times `rate_factor`. All parameters must
  // have gradients. Parameters and moments stay as they are when `skip`, a
  // float on their device, is 1; undefined is 0.
  void Step(double rate_factor, const at::Tensor& skip = {});

  // The moments and the number of steps, as a safetensors file, and back.
  // INVALID_ARGUMENT when they belong to other parameters.
  std::string Serialize() const;
  absl::Status Restore(std::string_view state);

 private:
  // Parameters that share a learning rate and a decay.
  struct Group {
    double learning_rate = 0;
    double weight_decay = 0;
    std::vector<std::string> names;
    std::vector<at::Tensor> parameters;
    // Decaying means of the gradient (the momentum) and, for Adam, its square.
    std::vector<at::Tensor> first_moments;
    std::vector<at::Tensor> second_moments;

    std::vector<at::Tensor> Gradients() const;
  };
  using Skip = std::optional<at::Tensor>;
  // A moment and its name in the serialized state.
  std::vector<NamedParameter> Moments() const;
  void StepAdam(Group& group, double learning_rate, const Skip& skip) const;
  void StepSgd(Group& group, double learning_rate, const Skip& skip) const;

  const OptimizerKind kind_;
  std::vector<Group> groups_;
  std::int64_t steps_ = 0;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_TRAIN_OPTIMIZER_H_
