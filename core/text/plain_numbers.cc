#include "core/text/plain_numbers.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

// Masks of 64 bytes are wanted, of vectors that divide them.
#define HWY_DISABLED_TARGETS \
  (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/text/plain_numbers.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h, as Highway wants it.
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace carousel::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr std::size_t kBlock = 64;

// A bit a byte, the first byte's the lowest.
using Bits = std::uint64_t;

// Which bytes of a block are what.
struct Kinds {
  Bits spaces = 0;
  Bits digits = 0;
  Bits points = 0;
  Bits signs = 0;      // "-" alone
  Bits exponents = 0;  // "e" or "E"
};

#if HWY_TARGET == HWY_SCALAR
Kinds KindsOf(const std::uint8_t* block) {
  Kinds kinds;
  for (std::size_t i = 0; i < kBlock; ++i) {
    const std::uint8_t byte = block[i];
    kinds.spaces |= Bits{byte == ' '} << i;
    kinds.digits |= Bits{byte >= '0' && byte <= '9'} << i;
    kinds.points |= Bits{byte == '.'} << i;
    kinds.signs |= Bits{byte == '-'} << i;
    kinds.exponents |= Bits{(byte | 0x20) == 'e'} << i;
  }
  return kinds;
}
#else
using Tag = hn::CappedTag<std::uint8_t, kBlock>;

template <typename Mask>
HWY_INLINE Bits ToBits(Tag d, Mask mask) {
  constexpr std::size_t kBytes = hn::MaxLanes(Tag()) / 8;
  std::uint8_t bytes[8] = {};
  hn::StoreMaskBits(d, mask, bytes);
  Bits bits = 0;
  std::memcpy(&bits, bytes, kBytes);
  return bits;
}

HWY_INLINE Kinds KindsOf(const std::uint8_t* block) {
  const Tag d;
  constexpr std::size_t kLanes = hn::MaxLanes(Tag());
  Kinds kinds;
  for (std::size_t i = 0; i < kBlock; i += kLanes) {
    const auto bytes = hn::LoadU(d, block + i);
    const auto equals = [&](auto values, char c) {
      return ToBits(d, hn::Eq(values, hn::Set(d, static_cast<std::uint8_t>(c))))
             << i;
    };
    const auto over_zero =
        hn::Sub(bytes, hn::Set(d, static_cast<std::uint8_t>('0')));
    const auto up_to_nine =
        hn::Min(over_zero, hn::Set(d, static_cast<std::uint8_t>(9)));
    kinds.spaces |= equals(bytes, ' ');
    kinds.digits |= ToBits(d, hn::Eq(over_zero, up_to_nine)) << i;
    kinds.points |= equals(bytes, '.');
    kinds.signs |= equals(bytes, '-');
    kinds.exponents |=
        equals(hn::Or(bytes, hn::Set(d, static_cast<std::uint8_t>(0x20))), 'e');
  }
  return kinds;
}

#endif

// What one block hands to the next: the kind of its last byte, and whether a
// run of digits goes on.
class Scanner {
 public:
  // False when something is not plain.
  HWY_INLINE bool Take(const Kinds& now) {
    const Bits any =
        now.spaces | now.digits | now.points | now.signs | now.exponents;
    const Bits after_space = After(now.spaces, last_.spaces);
    const Bits after_digit = After(now.digits, last_.digits);
    const Bits after_point = After(now.points, last_.points);
    const Bits after_sign = After(now.signs, last_.signs);
    const Bits after_exponent = After(now.exponents, last_.exponents);
    const Bits signs_of_exponents = now.signs & after_exponent;
    const Bits after_exponents_sign =
        After(signs_of_exponents, last_signs_of_exponents_);
    last_ = now;
    last_signs_of_exponents_ = signs_of_exponents;

    Bits wrong = ~any;
    wrong |= (after_point | after_sign) & ~now.digits;
    wrong |= after_exponent & ~now.signs;
    wrong |= (now.points | now.exponents) & ~after_digit;
    wrong |= now.signs & ~(after_space | after_exponent);
    // A fraction has one point, an exponent neither that nor an exponent.
    wrong |= RunEnds(now.digits, after_point, fraction_goes_on_) & now.points;
    wrong |= RunEnds(now.digits, after_exponents_sign, exponent_goes_on_) &
             ~now.spaces;
    wrong |= LongRuns(~now.spaces);
    count_ +=
        static_cast<std::size_t>(std::popcount(after_space & ~now.spaces));
    return wrong == 0;
  }

  std::size_t count() const { return count_; }

 private:
  // The bytes behind those of `bits`; `last` are the former block's.
  static HWY_INLINE Bits After(Bits bits, Bits last) {
    return bits << 1 | last >> 63;
  }

  // The first bytes behind the runs of digits that begin at `starts`: adding
  // carries through a run to its end, and perhaps into the next block.
  static HWY_INLINE Bits RunEnds(Bits digits, Bits starts, Bits& goes_on) {
    const Bits begun = (starts & digits) + goes_on;
    const Bits sum = digits + begun;
    goes_on = sum < digits ? 1 : 0;
    return sum & ~digits;
  }

  // Not zero where 16 bytes or more follow each other, so that what is let
  // through, also from one block into the next, has 30 bytes at most.
  static HWY_INLINE Bits LongRuns(Bits bits) {
    bits &= bits << 1;
    bits &= bits << 2;
    bits &= bits << 4;
    return bits & bits << 8;
  }

  // Before the text there is a space.
  Kinds last_ = {.spaces = ~Bits{0}};
  Bits last_signs_of_exponents_ = 0;
  Bits fraction_goes_on_ = 0;
  Bits exponent_goes_on_ = 0;
  std::size_t count_ = 0;
};

// The count, or -1.
std::int64_t Count(const char* text, std::size_t size) {
  Scanner scanner;
  std::size_t position = 0;
  for (; size - position >= kBlock; position += kBlock) {
    const auto* const block =
        reinterpret_cast<const std::uint8_t*>(text + position);
    if (!scanner.Take(KindsOf(block))) return -1;
  }
  // The rest, and at least one space behind the last number.
  std::uint8_t block[kBlock];
  std::memset(block, ' ', kBlock);
  if (size > position) std::memcpy(block, text + position, size - position);
  if (!scanner.Take(KindsOf(block))) return -1;
  return static_cast<std::int64_t>(scanner.count());
}

}  // namespace carousel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace carousel {
namespace {

HWY_EXPORT(Count);

}  // namespace

std::optional<std::size_t> CountPlainNumbers(std::string_view text) {
  const std::int64_t count =
      HWY_DYNAMIC_DISPATCH(Count)(text.data(), text.size());
  if (count < 0) return std::nullopt;
  return static_cast<std::size_t>(count);
}

}  // namespace carousel
#endif  // HWY_ONCE
