#include "core/train/optimizer.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/_fused_sgd.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>
#include <cstring>
#include <map>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/nn/safetensors.h"

namespace carousel {
namespace {

// The papers' own constants.
constexpr double kBeta1 = 0.9;
constexpr double kBeta2 = 0.999;
constexpr double kEpsilon = 1e-8;
constexpr double kMomentum = 0.9;

constexpr char kStepsKey[] = "steps";

bool IsEmbedding(const NamedParameter& parameter) {
  return parameter.name == "embedding";
}

// The 2-norms of a gradient's rows, or of all of it: of rows, the threads of a
// CPU have some each, and the norms are the same however many they are.
at::Tensor Norms(const at::Tensor& gradient) {
  return gradient.is_cpu() && gradient.dim() == 2 && gradient.is_contiguous()
             ? at::linalg_vector_norm(gradient, 2, {1})
             : at::linalg_vector_norm(gradient, 2).view({1});
}

absl::Status RestoreMoment(const NamedTensor* stored,
                           const NamedParameter& moment) {
  if (stored == nullptr || stored->type != TensorType::kF32 ||
      stored->shape != moment.tensor.sizes().vec()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the optimizer's state has no '", moment.name, "' of the right shape"));
  }
  at::Tensor value = at::zeros_like(moment.tensor, at::kCPU);
  std::memcpy(value.data_ptr(), stored->bytes.data(), stored->bytes.size());
  moment.tensor.copy_(value);
  return absl::OkStatus();
}

}  // namespace

Optimizer::Optimizer(const HyperParameters& parameters,
                     const std::vector<NamedParameter>& model)
    : kind_(parameters.optimizer) {
  const double rate = parameters.learning_rate;
  const double embedding_rate = parameters.embedding_learning_rate > 0
                                    ? parameters.embedding_learning_rate
                                    : rate;
  Group matrices{.learning_rate = rate,
                 .weight_decay = parameters.weight_decay};
  Group biases{.learning_rate = rate};
  Group embedding{.learning_rate = embedding_rate};
  for (const NamedParameter& parameter : model) {
    if (!parameter.tensor.requires_grad()) continue;
    Group& group = IsEmbedding(parameter)        ? embedding
                   : parameter.tensor.dim() >= 2 ? matrices
                                                 : biases;
    group.names.push_back(parameter.name);
    group.parameters.push_back(parameter.tensor);
    const at::Tensor zeros = at::zeros_like(parameter.tensor.detach());
    group.first_moments.push_back(zeros);
    if (kind_ != OptimizerKind::kSgd) {
      group.second_moments.push_back(zeros.clone());
    }
  }
  for (Group* group : {&matrices, &biases, &embedding}) {
    if (!group->parameters.empty()) groups_.push_back(std::move(*group));
  }
}

std::vector<at::Tensor> Optimizer::Group::Gradients() const {
  std::vector<at::Tensor> gradients;
  for (const at::Tensor& parameter : parameters) {
    gradients.push_back(parameter.grad());
  }
  return gradients;
}

void Optimizer::ClearGradients() {
  // Dropped, not zeroed: the next backward pass moves its result in.
  for (Group& group : groups_) {
    for (at::Tensor& parameter : group.parameters) {
      parameter.mutable_grad().reset();
    }
  }
}

at::Tensor Optimizer::SquaredNorm() const {
  std::vector<at::Tensor> norms;
  for (const Group& group : groups_) {
    for (const at::Tensor& gradient : group.Gradients()) {
      norms.push_back(Norms(gradient));
    }
  }
  // Added up one after the other: sum() would have other bits on other
  // processors.
  return at::cat(norms).to(at::kDouble).square().cumsum(0).select(0, -1);
}

void Optimizer::ClipGradients(const at::Tensor& squares, double limit) {
  // Where looking costs nothing, it saves a pass that changes nothing.
  if (squares.is_cpu() &&
      std::sqrt(*squares.const_data_ptr<double>()) <= limit) {
    return;
  }
  const at::Tensor factor = at::full_like(squares, limit)
                                .div(squares.sqrt())
                                .clamp_max(1)
                                .to(at::kFloat);
  for (const Group& group : groups_) {
    at::_foreach_mul_(group.Gradients(), factor);
  }
}

void Optimizer::Step(double rate_factor, const at::Tensor& skip) {
  const at::NoGradGuard no_grad;
  ++steps_;
  const Skip found = skip.defined() ? Skip(skip) : std::nullopt;
  for (Group& group : groups_) {
    const double learning_rate = group.learning_rate * rate_factor;
    kind_ == OptimizerKind::kSgd ? StepSgd(group, learning_rate, found)
                                 : StepAdam(group, learning_rate, found);
  }
}

void Optimizer::StepAdam(Group& group, double learning_rate,
                         const Skip& skip) const {
  // The kernels take the number of steps as a tensor for each parameter.
  const std::vector<at::Tensor> steps(
      group.parameters.size(),
      at::scalar_tensor(
          static_cast<double>(steps_),
          group.parameters.front().options().requires_grad(false)));
  // One signature, two ways to decay: into the gradient, or beside it.
  const auto kernel = kind_ == OptimizerKind::kAdamW
                          ? &at::_ops::_fused_adamw_::call
                          : &at::_ops::_fused_adam_::call;
  kernel(group.parameters, group.Gradients(), group.first_moments,
         group.second_moments, /*max_exp_avg_sqs=*/{}, steps, learning_rate,
         kBeta1, kBeta2, group.weight_decay, kEpsilon, /*amsgrad=*/false,
         /*maximize=*/false, /*grad_scale=*/{}, /*found_inf=*/skip);
}

void Optimizer::StepSgd(Group& group, double learning_rate,
                        const Skip& skip) const {
  at::_fused_sgd_(group.parameters, group.Gradients(), group.first_moments,
                  group.weight_decay, kMomentum, learning_rate,
                  /*dampening=*/0, /*nesterov=*/false, /*maximize=*/false,
                  /*is_first_step=*/steps_ == 1, /*grad_scale=*/{},
                  /*found_inf=*/skip);
}

std::vector<NamedParameter> Optimizer::Moments() const {
  std::vector<NamedParameter> moments;
  for (const Group& group : groups_) {
    for (std::size_t i = 0; i < group.names.size(); ++i) {
      moments.push_back({group.names[i] + ".first", group.first_moments[i]});
      if (group.second_moments.empty()) continue;
      moments.push_back({group.names[i] + ".second", group.second_moments[i]});
    }
  }
  return moments;
}

std::string Optimizer::Serialize() const {
  SafetensorsFile file;
  file.metadata[kStepsKey] = absl::StrCat(steps_);
  for (const NamedParameter& moment : Moments()) {
    const at::Tensor value = moment.tensor.cpu().contiguous();
    file.tensors.push_back(
        {.name = moment.name,
         .type = TensorType::kF32,
         .shape = value.sizes().vec(),
         .bytes = std::string(static_cast<const char*>(value.data_ptr()),
                              value.nbytes())});
  }
  return SerializeSafetensors(file);
}

absl::Status Optimizer::Restore(std::string_view state) {
  ASSIGN_OR_RETURN(const SafetensorsFile file, ParseSafetensors(state));
  const auto steps = file.metadata.find(kStepsKey);
  if (steps == file.metadata.end() ||
      !absl::SimpleAtoi(steps->second, &steps_)) {
    return absl::InvalidArgumentError(
        "the optimizer's state has no number of steps");
  }
  const std::vector<NamedParameter> moments = Moments();
  for (const NamedParameter& moment : moments) {
    RETURN_IF_ERROR(RestoreMoment(file.Find(moment.name), moment));
  }
  if (file.tensors.size() != moments.size()) {
    return absl::InvalidArgumentError(absl::StrCat("the optimizer's state has ",
                                                   file.tensors.size(),
                                                   " tensors; it must "
                                                   "have ",
                                                   moments.size()));
  }
  return absl::OkStatus();
}

}  // namespace carousel
