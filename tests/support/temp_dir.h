// A folder for one test.
#ifndef CAROUSEL_TESTS_SUPPORT_TEMP_DIR_H_
#define CAROUSEL_TESTS_SUPPORT_TEMP_DIR_H_

#include <stdlib.h>

#include <cerrno>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "gtest/gtest.h"

namespace carousel {

// Creates an empty folder and removes it, with all that is in it, at the end.
// Throws when it cannot be made, which ends the test.
class TempDir {
 public:
  TempDir() {
    std::string name = ::testing::TempDir() + "carousel_test_XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) {
      throw std::system_error(errno, std::generic_category(), name);
    }
    path_ = name;
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(std::string_view name) const {
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace carousel

#endif  // CAROUSEL_TESTS_SUPPORT_TEMP_DIR_H_
