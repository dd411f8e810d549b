#include <string>

#include "absl/strings/str_cat.h"
#include "core/engine/engine.h"

namespace carousel {

std::string_view ToString(Engine engine) {
  return engine == Engine::kReference ? "reference" : "libtorch";
}

absl::StatusOr<Engine> ParseEngine(std::string_view text) {
  for (const Engine engine : {Engine::kReference, Engine::kLibtorch}) {
    if (text == ToString(engine)) return engine;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "engine is ", std::string(text), "; it must be reference or libtorch"));
}

}  // namespace carousel
