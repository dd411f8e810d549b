// Reads a file of word vectors and keeps the words of another, and says how
// long that took and what of the file it kept. word_vectors_bench.py runs it
// beside gensim, on a file that --make makes. Without --vectors it reads a
// small file that it makes.
//
//   word_vectors_bench [--vectors=FILE] [--words=FILE] [--out=FILE]
//   word_vectors_bench --make=FILE [--rows=1000000] [--dimension=300]
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "core/base/byte_source.h"
#include "core/base/split_mix64.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/text/word_table.h"
#include "core/text/word_vectors.h"

ABSL_FLAG(std::string, vectors, "", "The file to read");
ABSL_FLAG(std::string, words, "", "The words to keep, one a line; empty: all");
ABSL_FLAG(std::string, out, "", "Where to write the vectors that were kept");
ABSL_FLAG(std::string, make, "", "Where to write a file of made-up vectors");
ABSL_FLAG(int, rows, 1000000, "How many --make writes");
ABSL_FLAG(int, dimension, 300, "How long they are");

namespace carousel {
namespace {

// A number of six decimals in its shortest form, as gensim writes a float:
// "-0.053172", "5e-06".
char* AppendNumber(SplitMix64& random, char* at) {
  // Twelve uniform numbers less their mean are nearly a normal one; three are
  // near enough here.
  const double normal =
      random.Uniform() + random.Uniform() + random.Uniform() - 1.5;
  const auto value = static_cast<float>(std::round(normal * 4e5) / 1e6);
  return std::to_chars(at, at + 32, value).ptr;
}

// Distinct, of some eight letters.
std::string MakeWord(SplitMix64& random, int row) {
  std::string word;
  for (const double letters = 2 + 6 * random.Uniform();
       static_cast<double>(word.size()) < letters;) {
    word += static_cast<char>('a' + static_cast<int>(26 * random.Uniform()));
  }
  for (; row > 0; row /= 26) word += static_cast<char>('a' + row % 26);
  return word;
}

void Make(const std::string& path, int rows, int dimension) {
  std::ofstream out(path, std::ios::binary);
  out << rows << ' ' << dimension << '\n';
  SplitMix64 random(1);
  std::string line;
  for (int row = 0; row < rows; ++row) {
    line = MakeWord(random, row);
    for (int i = 0; i < dimension; ++i) {
      char number[33] = " ";
      line.append(number, AppendNumber(random, number + 1));
    }
    line += '\n';
    out << line;
  }
}

absl::StatusOr<WordTable> ReadWords(const std::string& path) {
  ASSIGN_OR_RETURN(const std::unique_ptr<ByteSource> source,
                   OpenByteSource(path));
  LineReader lines(*source);
  WordTable words;
  std::string_view line;
  for (;;) {
    ASSIGN_OR_RETURN(const bool is_there, lines.Next(line));
    if (!is_there) return words;
    words.Add(line);
  }
}

// "word", a line end and its floats, one vector after the other.
void Write(const WordVectors& vectors, const std::string& path) {
  std::ofstream out(path, std::ios::binary);
  for (std::size_t row = 0; row < vectors.size(); ++row) {
    out << vectors.word(row) << '\n';
    const std::span<const float> values = vectors.vector(row);
    out.write(reinterpret_cast<const char*>(values.data()),
              static_cast<std::streamsize>(values.size_bytes()));
  }
}

absl::Status Read(const std::string& path) {
  WordFilter filter;
  WordTable words;
  if (!absl::GetFlag(FLAGS_words).empty()) {
    ASSIGN_OR_RETURN(words, ReadWords(absl::GetFlag(FLAGS_words)));
    filter = [&words](std::string_view word) {
      return words.Find(word) != WordTable::kNone;
    };
  }
  const auto begin = std::chrono::steady_clock::now();
  ASSIGN_OR_RETURN(const std::unique_ptr<ByteSource> source,
                   OpenByteSource(path));
  WordVectorsSummary summary;
  ASSIGN_OR_RETURN(const WordVectors vectors,
                   ReadWordVectors(*source, filter, &summary));
  const std::chrono::duration<double> seconds =
      std::chrono::steady_clock::now() - begin;
  std::printf("kept %zu of %lld words (%lld repeated) in %.3f s, %.0f MB/s\n",
              vectors.size(), static_cast<long long>(summary.words),
              static_cast<long long>(summary.duplicates), seconds.count(),
              static_cast<double>(std::filesystem::file_size(path)) / 1e6 /
                  seconds.count());
  if (!absl::GetFlag(FLAGS_out).empty()) {
    Write(vectors, absl::GetFlag(FLAGS_out));
  }
  return absl::OkStatus();
}

absl::Status ReadMadeUp() {
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / "word_vectors_bench.txt";
  Make(path, 20000, absl::GetFlag(FLAGS_dimension));
  const absl::Status status = Read(path);
  std::filesystem::remove(path);
  return status;
}

absl::Status Run() {
  if (const std::string path = absl::GetFlag(FLAGS_make); !path.empty()) {
    Make(path, absl::GetFlag(FLAGS_rows), absl::GetFlag(FLAGS_dimension));
    return absl::OkStatus();
  }
  if (const std::string path = absl::GetFlag(FLAGS_vectors); !path.empty()) {
    return Read(path);
  }
  return ReadMadeUp();
}

}  // namespace
}  // namespace carousel

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  const absl::Status status = carousel::Run();
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return status.ok() ? 0 : 1;
}
