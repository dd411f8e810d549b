// A stored file that its readers wait for: it holds a call where a test wants
// it, for as long as the test wants.
#ifndef CAROUSEL_TESTS_SUPPORT_HELD_FILE_H_
#define CAROUSEL_TESTS_SUPPORT_HELD_FILE_H_

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>
#include <utility>

#include "gtest/gtest.h"
#include "tests/support/temp_dir.h"

namespace carousel {

// The file must be smaller than what a pipe holds, 64 KiB. Throws what the
// operating system says, which ends the test.
class HeldFile {
 public:
  // Puts a pipe in the file's place. It is open at both ends here, so opening
  // it waits for nobody, and reading it for Trickle() or Release().
  explicit HeldFile(std::filesystem::path path) : path_(std::move(path)) {
    std::filesystem::rename(path_, kept_ / "file");
    if (::mkfifo(path_.c_str(), 0600) != 0) Throw("mkfifo");
    pipe_ = ::open(path_.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (pipe_ < 0) Throw("open");
  }
  // A destructor must not throw, so the test fails instead.
  ~HeldFile() {
    try {
      Release();
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what();
    }
  }
  HeldFile(const HeldFile&) = delete;
  HeldFile& operator=(const HeldFile&) = delete;

  // Gives whoever reads one more byte, so that it looks up; the file has no
  // end. A pipe that is full stays as it is.
  void Trickle() {
    if (::write(pipe_, "x", 1) != 1 && errno != EAGAIN) Throw("write");
  }

  // Gives whoever reads now what the file holds, unless Trickle() came before,
  // and puts the file back for the others.
  void Release() {
    if (pipe_ < 0) return;
    std::ostringstream content;
    content << std::ifstream(kept_ / "file", std::ios::binary).rdbuf();
    const std::string bytes = content.str();
    if (::write(pipe_, bytes.data(), bytes.size()) < 0 && errno != EAGAIN) {
      Throw("write");
    }
    std::filesystem::rename(kept_ / "file", path_);
    ::close(std::exchange(pipe_, -1));
  }

 private:
  [[noreturn]] void Throw(const char* what) const {
    throw std::system_error(errno, std::generic_category(),
                            what + (" " + path_.string()));
  }

  const std::filesystem::path path_;
  const TempDir kept_;
  int pipe_ = -1;
};

}  // namespace carousel

#endif  // CAROUSEL_TESTS_SUPPORT_HELD_FILE_H_
