// A tokenizer for a text that comes piece by piece.
#ifndef CAROUSEL_CORE_TEXT_STREAM_TOKENIZER_H_
#define CAROUSEL_CORE_TEXT_STREAM_TOKENIZER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "core/text/tokenizer.h"

namespace carousel {

// Gives the tokens that Tokenizer gives of the whole text, wherever the text is
// cut into pieces: in a word, a tag, a character reference or a character.
//
// No rule of the normalizer or the tokenizer looks across white space. So the
// text may be cut behind an ASCII space or control character, as long as that
// is in no tag or comment, and behind a tag or around a comment, which become
// a space. What comes before the last such place is tokenized; what comes
// behind it is held, since it may still change: "do" may become "don't", "<b"
// a tag, "e" an "é".
//
// What is held is therefore bounded by the text's longest stretch without white
// space, and kMaxTagBytes more where a tag seems to be open; of a comment two
// bytes are held, however long it is. A text without white space, as Chinese
// is written, is held whole: whoever calls bounds its length.
//
// Not thread-safe. After an error or Finish() there is nothing more to do.
class StreamTokenizer {
 public:
  using Visit = absl::FunctionRef<void(std::string_view token)>;

  // `tokenizer` is not owned.
  explicit StreamTokenizer(const Tokenizer& tokenizer)
      : tokenizer_(tokenizer) {}

  // Takes the text's next bytes, any number of them, and visits each token that
  // they complete; the view is valid during the call. INVALID_ARGUMENT with
  // reason INVALID_UTF8, as of the whole text, as soon as no more text can make
  // it UTF-8. Time is linear in what is given and what is held.
  absl::Status Append(std::string_view bytes, Visit visit);

  // The text is over: visits the tokens that are left. INVALID_ARGUMENT when it
  // ends inside a character.
  absl::Status Finish(Visit visit);

  // Bytes taken, and how many of them are held.
  std::int64_t bytes() const { return bytes_; }
  std::size_t held_bytes() const { return held_.size(); }

 private:
  absl::Status CheckUtf8(std::string_view bytes);
  absl::Status Commit(Visit visit);
  // Looks for places to cut; stops where a comment begins, and is true then.
  bool FindCuts();
  // False when the comment's end has not come yet.
  bool LeaveComment();

  const Tokenizer& tokenizer_;
  std::int64_t bytes_ = 0;
  std::string unfinished_;  // of a character, up to three bytes
  std::string held_;
  // Offsets in held_: where what is not tokenized begins, the last place to
  // cut, and how far it has been looked at. The bytes before begin_ go at the
  // end of each Append.
  std::size_t begin_ = 0;
  std::size_t cut_ = 0;
  std::size_t scanned_ = 0;
  bool in_comment_ = false;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_TEXT_STREAM_TOKENIZER_H_
