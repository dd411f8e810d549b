// What a bad disk does to stored files.
#ifndef CAROUSEL_TESTS_SUPPORT_DAMAGE_H_
#define CAROUSEL_TESTS_SUPPORT_DAMAGE_H_

#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/files.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace carousel {

// Replaces the first `from` in the file by `to`.
inline void Damage(const std::filesystem::path& path, std::string_view from,
                   std::string_view to) {
  ASSERT_OK_AND_ASSIGN(std::string content, ReadFile(path));
  const std::size_t position = content.find(from);
  ASSERT_NE(position, std::string::npos) << path << " holds no " << from;
  content.replace(position, from.size(), to);
  ASSERT_OK(WriteFileAtomically(path, content));
}

// Flips a bit of the file's last byte.
inline void FlipLastByte(const std::filesystem::path& path) {
  ASSERT_OK_AND_ASSIGN(std::string content, ReadFile(path));
  ASSERT_FALSE(content.empty()) << path;
  content.back() = static_cast<char>(content.back() ^ 1);
  ASSERT_OK(WriteFileAtomically(path, content));
}

}  // namespace carousel

#endif  // CAROUSEL_TESTS_SUPPORT_DAMAGE_H_
