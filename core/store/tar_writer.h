// Files as one tar archive, by libarchive.
#ifndef CAROUSEL_CORE_STORE_TAR_WRITER_H_
#define CAROUSEL_CORE_STORE_TAR_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"

struct archive;

namespace carousel {

// Writes POSIX tar (pax where a name or a size needs it), uncompressed, into
// memory: whoever uses it takes the bytes away as they come. Every file has
// mode 0600, one time and no owner. Not thread-safe.
class TarWriter {
 public:
  explicit TarWriter(absl::Time time);
  ~TarWriter();
  TarWriter(const TarWriter&) = delete;
  TarWriter& operator=(const TarWriter&) = delete;

  // Begins a file of exactly `bytes` bytes; the one before must be whole
  // (INTERNAL).
  absl::Status BeginFile(const std::string& name, std::int64_t bytes);
  // DATA_LOSS for more than the file's size.
  absl::Status Append(std::string_view bytes);
  // Ends the archive.
  absl::Status Finish();

  // Takes away the first `most` bytes of what was written, or all there is.
  std::string Take(std::size_t most);
  // Bytes that wait for Take().
  std::size_t size() const { return output_.size(); }

 private:
  absl::Status Check(int result) const;

  const absl::Time time_;
  archive* const archive_;
  std::int64_t missing_ = 0;  // of the file that has begun
  std::string output_;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_STORE_TAR_WRITER_H_
