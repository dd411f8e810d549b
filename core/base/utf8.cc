#include "core/base/utf8.h"

#include <array>
#include <cstdint>
#include <cstring>

namespace carousel {
namespace {

std::uint8_t ByteAt(std::string_view text, std::size_t position) {
  return static_cast<std::uint8_t>(text[position]);
}

bool IsContinuation(std::uint8_t byte) { return (byte & 0xC0) == 0x80; }

// The bounds of the second byte keep overlong forms, surrogates and what is
// above U+10FFFF out (table 3-7 of the Unicode standard).
struct LeadByte {
  std::size_t length = 0;  // 0: no character begins so
  std::uint8_t second_min = 0x80;
  std::uint8_t second_max = 0xBF;
};

LeadByte ClassifyLead(std::uint8_t lead) {
  if (lead < 0xC2) return {};
  if (lead < 0xE0) return {.length = 2};
  if (lead == 0xE0) return {.length = 3, .second_min = 0xA0};
  if (lead == 0xED) return {.length = 3, .second_max = 0x9F};
  if (lead < 0xF0) return {.length = 3};
  if (lead == 0xF0) return {.length = 4, .second_min = 0x90};
  if (lead < 0xF4) return {.length = 4};
  if (lead == 0xF4) return {.length = 4, .second_max = 0x8F};
  return {};
}

// The length of the character at `position`, a byte that is not ASCII; 0 when
// it is broken.
std::size_t CharacterLength(std::string_view text, std::size_t position) {
  const LeadByte lead = ClassifyLead(ByteAt(text, position));
  if (lead.length == 0 || text.size() - position < lead.length) return 0;
  const std::uint8_t second = ByteAt(text, position + 1);
  if (second < lead.second_min || second > lead.second_max) return 0;
  for (std::size_t i = 2; i < lead.length; ++i) {
    if (!IsContinuation(ByteAt(text, position + i))) return 0;
  }
  return lead.length;
}

}  // namespace

std::optional<std::size_t> FindInvalidUtf8(std::string_view text) {
  std::size_t position = FindNonAscii(text, 0);
  while (position < text.size()) {
    const std::size_t length = CharacterLength(text, position);
    if (length == 0) return position;
    position = FindNonAscii(text, position + length);
  }
  return std::nullopt;
}

bool IsUnfinishedUtf8(std::string_view bytes) {
  if (bytes.empty()) return false;
  const LeadByte lead = ClassifyLead(ByteAt(bytes, 0));
  if (bytes.size() >= lead.length) return false;
  for (std::size_t i = 1; i < bytes.size(); ++i) {
    const std::uint8_t byte = ByteAt(bytes, i);
    if (!IsContinuation(byte)) return false;
    if (i == 1 && (byte < lead.second_min || byte > lead.second_max)) {
      return false;
    }
  }
  return true;
}

std::size_t FindNonAscii(std::string_view text, std::size_t position) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  std::array<std::uint64_t, 4> blocks;
  while (text.size() - position >= sizeof(blocks)) {
    std::memcpy(blocks.data(), text.data() + position, sizeof(blocks));
    const std::uint64_t any = blocks[0] | blocks[1] | blocks[2] | blocks[3];
    if ((any & kHighBits) != 0) break;
    position += sizeof(blocks);
  }
  while (text.size() - position >= sizeof(std::uint64_t)) {
    std::uint64_t block;
    std::memcpy(&block, text.data() + position, sizeof(block));
    if ((block & kHighBits) != 0) break;
    position += sizeof(block);
  }
  while (position < text.size() && IsAscii(text[position])) ++position;
  return position;
}

char32_t DecodeUtf8(std::string_view text, std::size_t& position) {
  const std::uint8_t lead = ByteAt(text, position++);
  if (lead < 0x80) return lead;
  const std::size_t continuations = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
  char32_t code_point = lead & (0x3F >> continuations);
  for (std::size_t i = 0; i < continuations; ++i) {
    code_point = code_point << 6 | (ByteAt(text, position++) & 0x3F);
  }
  return code_point;
}

void AppendUtf8(char32_t code_point, std::string& out) {
  if (code_point < 0x80) {
    out.push_back(static_cast<char>(code_point));
    return;
  }
  const int continuations = code_point < 0x800     ? 1
                            : code_point < 0x10000 ? 2
                                                   : 3;
  constexpr std::uint8_t kLeads[] = {0, 0xC0, 0xE0, 0xF0};
  out.push_back(static_cast<char>(kLeads[continuations] |
                                  code_point >> (6 * continuations)));
  for (int i = continuations - 1; i >= 0; --i) {
    out.push_back(static_cast<char>(0x80 | (code_point >> (6 * i) & 0x3F)));
  }
}

}  // namespace carousel
