// The small files of a model folder, which may come from anywhere: config.json
// and vocabulary.txt. The first byte says which of them the input is.
#include <nlohmann/json.hpp>
#include <string_view>

#include "core/nn/model_config.h"
#include "core/text/vocabulary.h"
#include "tests/fuzz/fuzz_check.h"

namespace carousel {
namespace {

void TestConfig(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (json.is_discarded()) return;
  const auto config = ModelConfigFromJson(json);
  if (!config.ok()) return;
  const auto again = ModelConfigFromJson(ToJson(*config));
  FUZZ_CHECK(again.ok() && *again == *config);
  FUZZ_CHECK(config->pooled_size() > 0);
}

void TestVocabulary(std::string_view text) {
  const auto vocabulary = Vocabulary::Parse(text);
  if (!vocabulary.ok()) return;
  for (std::size_t id = 2; id < vocabulary->size(); ++id) {
    const auto token = static_cast<TokenId>(id);
    FUZZ_CHECK(vocabulary->Find(vocabulary->word(token)) == token);
  }
  const auto again = Vocabulary::Parse(vocabulary->Serialize());
  FUZZ_CHECK(again.ok() && again->Serialize() == vocabulary->Serialize());
}

}  // namespace
}  // namespace carousel

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  std::string_view text = carousel::FuzzText(data, size);
  if (carousel::TakeByte(text) % 2 == 0) {
    carousel::TestConfig(text);
  } else {
    carousel::TestVocabulary(text);
  }
  return 0;
}
