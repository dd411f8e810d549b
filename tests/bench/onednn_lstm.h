// oneDNN's LSTM primitive with weights packed once, in the order that it likes
// best for each shape: one direction of one layer.
#ifndef CAROUSEL_TESTS_BENCH_ONEDNN_LSTM_H_
#define CAROUSEL_TESTS_BENCH_ONEDNN_LSTM_H_

#include <cstdint>
#include <map>
#include <oneapi/dnnl/dnnl.hpp>
#include <utility>
#include <vector>

#include "core/engine/packed_network.h"
#include "core/nn/model_config.h"
#include "core/text/vocabulary.h"
#include "tests/bench/random_network.h"

namespace carousel {

// Tokens of a padded batch as one direction reads them, [time, rows].
struct PaddedTokens {
  std::int64_t time = 0;
  std::int64_t rows = 0;
  std::vector<TokenId> tokens;
};

// Numbers are f32 or bf16, the state of the cell and the biases f32.
class OnednnLstm {
 public:
  // Whether the library has it for this processor.
  static bool Supports(dnnl::memory::data_type type);

  // `cell` is that of the direction.
  OnednnLstm(const RandomNetwork& network, const CellWeights& cell,
             dnnl::memory::data_type type);

  // Makes what running a batch of this shape needs, which is not to be timed.
  void Prepare(const PaddedTokens& batch);
  // From the tokens to the outputs: the primitive, and the gathering of the
  // embeddings, which it leaves to others.
  void Run(const PaddedTokens& batch);
  // Of the last run, [time, rows, hidden].
  std::vector<float> Outputs(const PaddedTokens& batch);

 private:
  struct Plan {
    dnnl::lstm_forward primitive;
    dnnl::memory::desc inputs, outputs;
    dnnl::memory weights_x, weights_h, bias;
  };

  Plan MakePlan(std::int64_t time, std::int64_t rows);
  dnnl::memory Packed(dnnl::memory plain, const dnnl::memory::desc& wanted);
  void Gather(const PaddedTokens& batch);

  const dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream_{engine_};
  const dnnl::memory::data_type type_;
  const std::int64_t inputs_;
  const std::int64_t hidden_;
  dnnl::memory embedding_;  // [vocabulary, inputs]
  // Plain, in f32, gates in the library's order.
  dnnl::memory weights_x_, weights_h_, bias_;
  std::vector<dnnl::memory> packed_;  // each order once
  std::map<std::pair<std::int64_t, std::int64_t>, Plan> plans_;
  std::vector<char> in_, out_;  // of the largest shape
};

}  // namespace carousel

#endif  // CAROUSEL_TESTS_BENCH_ONEDNN_LSTM_H_
