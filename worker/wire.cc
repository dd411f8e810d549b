#include "worker/wire.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"

namespace carousel {
namespace {

// A length under the limit takes four groups of seven bits.
constexpr int kMaxLengthBytes = 4;

// Reads `size` bytes, or as many as come before the end of the stream.
absl::StatusOr<std::size_t> ReadFully(int socket, char* buffer,
                                      std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t count = read(socket, buffer + done, size - done);
    if (count > 0) {
      done += static_cast<std::size_t>(count);
    } else if (count == 0 || errno == ECONNRESET) {
      break;  // reset: the other end died with something of ours unread
    } else if (errno != EINTR) {
      return absl::InternalError(
          absl::StrCat("cannot read a message: ", std::strerror(errno)));
    }
  }
  return done;
}

absl::Status TooLong(std::uint64_t size) {
  return absl::DataLossError(absl::StrCat("a message says it has ", size,
                                          " bytes; at most ", kMaxMessageBytes,
                                          " are allowed"));
}

// Nothing at the end of the stream.
absl::StatusOr<std::optional<std::size_t>> ReadLength(int socket) {
  std::uint64_t length = 0;
  for (int i = 0; i < kMaxLengthBytes; ++i) {
    char byte = 0;
    ASSIGN_OR_RETURN(const std::size_t count, ReadFully(socket, &byte, 1));
    if (count == 0 && i == 0) return std::nullopt;
    if (count == 0) {
      return absl::DataLossError("the stream ends within a message's length");
    }
    length |= static_cast<std::uint64_t>(byte & 0x7f) << (7 * i);
    if ((byte & 0x80) == 0) {
      if (length > kMaxMessageBytes) return TooLong(length);
      return static_cast<std::size_t>(length);
    }
  }
  return TooLong(length);
}

void AppendLength(std::size_t length, std::string& bytes) {
  for (; length >= 0x80; length >>= 7) {
    bytes.push_back(static_cast<char>((length & 0x7f) | 0x80));
  }
  bytes.push_back(static_cast<char>(length));
}

}  // namespace

absl::Status WriteMessage(int socket,
                          const google::protobuf::MessageLite& message) {
  const std::size_t size = message.ByteSizeLong();
  if (size > kMaxMessageBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("the message has ", size, " bytes; at most ",
                     kMaxMessageBytes, " are allowed"));
  }
  std::string bytes;
  AppendLength(size, bytes);
  message.AppendToString(&bytes);
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t count =
        send(socket, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
    if (count >= 0) {
      done += static_cast<std::size_t>(count);
    } else if (errno == EPIPE || errno == ECONNRESET) {
      return absl::UnavailableError("the other end is gone");
    } else if (errno != EINTR) {
      return absl::InternalError(
          absl::StrCat("cannot write a message: ", std::strerror(errno)));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> ReadMessage(int socket,
                                 google::protobuf::MessageLite& message) {
  ASSIGN_OR_RETURN(const std::optional<std::size_t> size, ReadLength(socket));
  if (!size.has_value()) return false;
  std::string bytes(*size, '\0');
  ASSIGN_OR_RETURN(const std::size_t count,
                   ReadFully(socket, bytes.data(), bytes.size()));
  if (count < *size) {
    return absl::DataLossError(absl::StrCat("the stream ends after ", count,
                                            " of the ", *size,
                                            " bytes of a message"));
  }
  if (!message.ParseFromString(bytes)) {
    return absl::DataLossError(absl::StrCat(
        "the ", *size, " bytes read are no ", message.GetTypeName()));
  }
  return true;
}

}  // namespace carousel
