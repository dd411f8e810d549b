// Any requests to any method of a real server: it answers each with a status
// that says what is wrong, never with one that says that the server is at
// fault, and goes on answering.
#include <memory>
#include <string_view>

#include "tests/fuzz/call_script.h"
#include "tests/fuzz/fuzz_check.h"
#include "tests/fuzz/fuzzed_server.h"

namespace carousel {
namespace {

// A new one when something is gone, and now and then, so that a finding does
// not hang on hours of history.
FuzzedServer& Server() {
  constexpr int kScriptsOfAServer = 500;
  static const FuzzedServerData data;
  static std::unique_ptr<FuzzedServer> server;
  static int scripts = 0;
  if (server == nullptr || server->is_spent() ||
      ++scripts == kScriptsOfAServer) {
    server.reset();
    server = std::make_unique<FuzzedServer>(data);
    scripts = 0;
  }
  return *server;
}

void TestOneScript(std::string_view text) {
  auto script = ParseCallScript(text);
  if (!script.has_value()) return;
  for (const auto code : Server().Run(*script)) FUZZ_CHECK(!IsFault(code));
}

}  // namespace
}  // namespace carousel

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  carousel::TestOneScript(carousel::FuzzText(data, size));
  return 0;
}
