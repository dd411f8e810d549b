// Gzipped text (RFC 1952) for tests of what reads it.
#ifndef CAROUSEL_TESTS_SUPPORT_GZIP_H_
#define CAROUSEL_TESTS_SUPPORT_GZIP_H_

#include <zlib.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace carousel {

// One gzip member that holds `content`.
inline std::string Gzip(std::string_view content) {
  constexpr int kGzipFormat = 16;  // added to the window size, as zlib asks
  z_stream stream = {};
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, MAX_WBITS + kGzipFormat,
                   MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("deflateInit2 failed");
  }
  std::string output(deflateBound(&stream, content.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(output.data());
  stream.avail_out = static_cast<uInt>(output.size());
  const int result = deflate(&stream, Z_FINISH);
  output.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) throw std::runtime_error("deflate failed");
  return output;
}

}  // namespace carousel

#endif  // CAROUSEL_TESTS_SUPPORT_GZIP_H_
