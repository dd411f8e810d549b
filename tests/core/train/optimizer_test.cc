#include "core/train/optimizer.h"

#include <ATen/ATen.h>

#include <cmath>
#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::HasSubstr;

// A model of one matrix, one bias and an embedding, each filled with a value.
std::vector<NamedParameter> MakeModel(double value) {
  return {{"embedding", at::full({3, 2}, value).requires_grad_()},
          {"W", at::full({2, 2}, value).requires_grad_()},
          {"b", at::full({2}, value).requires_grad_()}};
}

void SetGradients(const std::vector<NamedParameter>& model, double value) {
  for (const NamedParameter& parameter : model) {
    parameter.tensor.mutable_grad() = at::full(parameter.tensor.sizes(), value);
  }
}

double ValueOf(const NamedParameter& parameter) {
  const at::Tensor values = parameter.tensor.detach();
  EXPECT_EQ(values.min().item<double>(), values.max().item<double>());
  return values.flatten()[0].item<double>();
}

// One number, moved as the papers write it, in double precision.
class Peer {
 public:
  Peer(OptimizerKind kind, double x) : kind_(kind), x_(x) {}

  double Step(double g, double rate, double decay) {
    ++t_;
    if (kind_ == OptimizerKind::kAdamW) {
      x_ -= rate * decay * x_;
    } else {
      g += decay * x_;
    }
    if (kind_ == OptimizerKind::kSgd) {
      m_ = 0.9 * m_ + g;
      return x_ -= rate * m_;
    }
    m_ = 0.9 * m_ + 0.1 * g;
    v_ = 0.999 * v_ + 0.001 * g * g;
    const double m_hat = m_ / (1 - std::pow(0.9, t_));
    const double v_hat = v_ / (1 - std::pow(0.999, t_));
    return x_ -= rate * m_hat / (std::sqrt(v_hat) + 1e-8);
  }

 private:
  const OptimizerKind kind_;
  double x_;
  double m_ = 0;
  double v_ = 0;
  int t_ = 0;
};

double Norm(const Optimizer& optimizer) {
  return std::sqrt(optimizer.SquaredNorm().item<double>());
}

class OptimizerTest : public ::testing::TestWithParam<OptimizerKind> {
 protected:
  HyperParameters Parameters() const {
    HyperParameters parameters;
    parameters.optimizer = GetParam();
    parameters.learning_rate = 0.1;
    parameters.weight_decay = 0.05;
    return parameters;
  }
};

TEST_P(OptimizerTest, StepsAsThePaperSaysAndDecaysMatricesAlone) {
  HyperParameters parameters = Parameters();
  parameters.embedding_learning_rate = 0.01;
  const std::vector<NamedParameter> model = MakeModel(0.5);
  Optimizer optimizer(parameters, model);
  Peer embedding(GetParam(), 0.5);
  Peer matrix(GetParam(), 0.5);
  Peer bias(GetParam(), 0.5);
  for (const double gradient : {1.0, -0.25, 0.0, 3.0}) {
    const double factor = 0.5 + gradient / 10;
    SetGradients(model, gradient);
    optimizer.Step(factor);
    EXPECT_NEAR(ValueOf(model[0]), embedding.Step(gradient, 0.01 * factor, 0),
                1e-6);
    EXPECT_NEAR(ValueOf(model[1]), matrix.Step(gradient, 0.1 * factor, 0.05),
                1e-6);
    EXPECT_NEAR(ValueOf(model[2]), bias.Step(gradient, 0.1 * factor, 0), 1e-6);
  }
}

TEST_P(OptimizerTest, LeavesWhatIsFrozenAlone) {
  const std::vector<NamedParameter> model = MakeModel(0.5);
  model[0].tensor.set_requires_grad(false);
  Optimizer optimizer(Parameters(), model);
  SetGradients({model[1], model[2]}, 1);
  optimizer.Step(1);
  EXPECT_EQ(ValueOf(model[0]), 0.5);
  EXPECT_NE(ValueOf(model[1]), 0.5);
}

TEST_P(OptimizerTest, GoesOnFromItsStateAsIfItHadNeverStopped) {
  const std::vector<NamedParameter> model = MakeModel(0.5);
  Optimizer optimizer(Parameters(), model);
  SetGradients(model, 0.3);
  optimizer.Step(1);
  const std::vector<NamedParameter> copy = MakeModel(0);
  for (std::size_t i = 0; i < model.size(); ++i) {
    copy[i].tensor.detach().copy_(model[i].tensor.detach());
  }
  Optimizer resumed(Parameters(), copy);
  ASSERT_OK(resumed.Restore(optimizer.Serialize()));
  SetGradients(model, -0.7);
  SetGradients(copy, -0.7);
  optimizer.Step(1);
  resumed.Step(1);
  for (std::size_t i = 0; i < model.size(); ++i) {
    EXPECT_TRUE(at::equal(model[i].tensor, copy[i].tensor)) << model[i].name;
  }
  EXPECT_EQ(optimizer.Serialize(), resumed.Serialize());
}

TEST_P(OptimizerTest, ASkippedStepLeavesParametersAndMoments) {
  const std::vector<NamedParameter> model = MakeModel(0.5);
  Optimizer optimizer(Parameters(), model);
  SetGradients(model, 0.3);
  optimizer.Step(1, at::zeros({}));
  std::vector<at::Tensor> before;
  for (const NamedParameter& parameter : model) {
    EXPECT_NE(ValueOf(parameter), 0.5) << parameter.name;
    before.push_back(parameter.tensor.detach().clone());
  }
  SetGradients(model, std::numeric_limits<double>::quiet_NaN());
  optimizer.Step(1, at::ones({}));
  for (std::size_t i = 0; i < model.size(); ++i) {
    EXPECT_TRUE(at::equal(model[i].tensor, before[i])) << model[i].name;
  }
  SetGradients(model, 0.3);
  optimizer.Step(1);
  for (const NamedParameter& parameter : model) {
    EXPECT_TRUE(std::isfinite(ValueOf(parameter))) << parameter.name;
  }
}

TEST_P(OptimizerTest, RefusesTheStateOfOtherParameters) {
  const std::vector<NamedParameter> model = MakeModel(0.5);
  Optimizer whole(Parameters(), model);
  Optimizer part(Parameters(), {model[1]});
  EXPECT_THAT(whole.Restore(part.Serialize()),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("'b.")));
  EXPECT_THAT(part.Restore(whole.Serialize()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("tensors; it must have")));
  EXPECT_THAT(whole.Restore("rubbish"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

INSTANTIATE_TEST_SUITE_P(Kinds, OptimizerTest,
                         ::testing::Values(OptimizerKind::kAdam,
                                           OptimizerKind::kAdamW,
                                           OptimizerKind::kSgd),
                         [](const auto& info) {
                           return std::string(ToString(info.param));
                         });

TEST(OptimizerGradientTest, NormIsOverAllParametersTogether) {
  const std::vector<NamedParameter> model = MakeModel(0);
  Optimizer optimizer(HyperParameters(), model);
  SetGradients(model, 2);  // of 6 + 4 + 2 numbers
  EXPECT_NEAR(Norm(optimizer), std::sqrt(12 * 4.0), 1e-6);
}

TEST(OptimizerGradientTest, ClippingShortensWhatIsLongerThanTheLimit) {
  const std::vector<NamedParameter> model = MakeModel(0);
  Optimizer optimizer(HyperParameters(), model);
  SetGradients(model, 2);
  optimizer.ClipGradients(optimizer.SquaredNorm(), 3);
  EXPECT_NEAR(Norm(optimizer), 3, 1e-6);
  EXPECT_NEAR(ValueOf({.name = "", .tensor = model[0].tensor.grad()}),
              std::sqrt(9.0 / 12), 1e-6);
  optimizer.ClipGradients(optimizer.SquaredNorm(), 4);
  EXPECT_NEAR(Norm(optimizer), 3, 1e-6);
}

TEST(OptimizerGradientTest, ClearingDropsThem) {
  const std::vector<NamedParameter> model = MakeModel(0);
  Optimizer optimizer(HyperParameters(), model);
  SetGradients(model, 2);
  optimizer.ClearGradients();
  for (const NamedParameter& parameter : model) {
    EXPECT_FALSE(parameter.tensor.grad().defined()) << parameter.name;
  }
}

}  // namespace
}  // namespace carousel
