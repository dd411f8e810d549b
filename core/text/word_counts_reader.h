// How often the words of pre-trained vectors occurred in the texts that they
// come from: the vocabulary file that word2vec (-save-vocab) and gensim
// (save_word2vec_format's fvocab) write beside the vectors.
#ifndef CAROUSEL_CORE_TEXT_WORD_COUNTS_READER_H_
#define CAROUSEL_CORE_TEXT_WORD_COUNTS_READER_H_

#include "absl/status/statusor.h"
#include "core/base/byte_source.h"
#include "core/text/vocabulary.h"
#include "core/text/word_vectors.h"

namespace carousel {

// Reads lines of "word count", plain or gzipped, separated by spaces or tabs,
// with LF or CRLF; empty lines are skipped. Of the words those are kept that
// `filter` wants, all where it is null. INVALID_ARGUMENT with the line for
// another number of fields, a count that is no whole number from 0 on, a word
// that is kept and came before (gensim takes its last count, without a word
// about it), more than WordVectors::kMaxLines lines, and when there is no line
// at all.
absl::StatusOr<WordCounts> ReadWordCounts(ByteSource& source,
                                          const WordFilter& filter = nullptr);

}  // namespace carousel

#endif  // CAROUSEL_CORE_TEXT_WORD_COUNTS_READER_H_
