// Which implementation runs the LSTM, in training and in serving, and where.
#ifndef CAROUSEL_CORE_ENGINE_ENGINE_H_
#define CAROUSEL_CORE_ENGINE_ENGINE_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/engine/precision.h"

namespace carousel {

class LstmKernel;

enum class Engine {
  kReference,  // the hand-written loop of core/nn, the one to read
  kLibtorch,   // the same weights through LibTorch's own LSTM
  kFused,      // the same weights through the engine of this folder
};
std::string_view ToString(Engine engine);  // "reference", "libtorch", "fused"
// INVALID_ARGUMENT listing the engines there are.
absl::StatusOr<Engine> ParseEngine(std::string_view text);
// INVALID_ARGUMENT when the engine has no products of that precision: only
// kFused has others than f32.
absl::Status CheckPrecision(Precision precision, Engine engine);

// Lives as long as the process. `precision` is that of Engine::kFused; the
// others are f32.
const LstmKernel& GetKernel(Engine engine,
                            Precision precision = Precision::kF32);

// "cpu", "cuda", or "auto" (cuda where there is one) to "cpu" or "cuda:0",
// which are themselves taken as well: a worker resolves what its server did.
// FAILED_PRECONDITION saying why when cuda was asked for and cannot be had.
// The first call opens LibTorch's CUDA library where it is installed.
absl::StatusOr<std::string> ResolveDevice(std::string_view device);

// Bounds the threads that LibTorch uses inside one operation; 0 keeps its
// default. Call once, before the first operation.
void SetTorchThreads(int threads);
// How many they are, on the calling thread.
int TorchThreads();

// From now on numbers nearer to zero than any normal float count as zero, on
// this thread and on those that it makes: gradients that fade over hundreds of
// steps come down there, where some processors take a hundred times as long.
// Call it before the first operation.
void FlushDenormals();

// "2.11.0", for build_info.
std::string TorchVersion();

}  // namespace carousel

#endif  // CAROUSEL_CORE_ENGINE_ENGINE_H_
