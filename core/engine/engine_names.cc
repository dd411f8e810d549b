#include <string>

#include "absl/strings/str_cat.h"
#include "core/engine/engine.h"

namespace carousel {

std::string_view ToString(Engine engine) {
  switch (engine) {
    case Engine::kReference:
      return "reference";
    case Engine::kLibtorch:
      return "libtorch";
    default:
      return "fused";
  }
}

absl::StatusOr<Engine> ParseEngine(std::string_view text) {
  for (const Engine engine :
       {Engine::kReference, Engine::kLibtorch, Engine::kFused}) {
    if (text == ToString(engine)) return engine;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("engine is ", std::string(text),
                   "; it must be reference, libtorch or fused"));
}

absl::Status CheckPrecision(Precision precision, Engine engine) {
  if (precision == Precision::kF32 || engine == Engine::kFused) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "precision is ", std::string(ToString(precision)),
      "; with engine=", std::string(ToString(engine)), " it must be f32"));
}

}  // namespace carousel
