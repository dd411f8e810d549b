// Gives a fuzzer the files of the folders named, without libFuzzer: what once
// failed must never fail again. A property that does not hold ends the program.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/files.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size);

namespace {

std::vector<std::filesystem::path> FilesIn(const char* folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

bool Replay(const std::filesystem::path& file) {
  // Named first: a crash says no more.
  std::printf("%s\n", file.c_str());
  std::fflush(stdout);
  const auto content = carousel::ReadFile(file);
  if (!content.ok()) {
    std::printf("%s\n", content.status().ToString().c_str());
    return false;
  }
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(content->data()),
                         content->size());
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  int replayed = 0;
  try {
    for (int i = 1; i < argc; ++i) {
      for (const std::filesystem::path& file : FilesIn(argv[i])) {
        if (!Replay(file)) return 1;
        ++replayed;
      }
    }
  } catch (const std::exception& error) {
    std::printf("%s\n", error.what());
    return 1;
  }
  std::printf("%d inputs\n", replayed);
  return replayed > 0 ? 0 : 1;
}
