#include "core/analysis/sentiment_words.h"

#include <algorithm>

namespace carousel {
namespace {

// Each list is in alphabetical order.
constexpr std::string_view kPositiveWords[] = {
    "admirable",   "adorable",    "amazing",      "amusing",
    "authentic",   "awesome",     "beautiful",    "best",
    "better",      "bold",        "breathtaking", "brilliant",
    "captivating", "charming",    "clever",       "compelling",
    "convincing",  "delightful",  "effective",    "elegant",
    "engaging",    "enjoy",       "enjoyable",    "entertaining",
    "excellent",   "exciting",    "exquisite",    "fantastic",
    "fascinating", "flawless",    "fresh",        "fun",
    "funny",       "good",        "gorgeous",     "graceful",
    "great",       "gripping",    "happy",        "heartwarming",
    "hilarious",   "imaginative", "impressive",   "incredible",
    "inspiring",   "intelligent", "interesting",  "inventive",
    "joyful",      "likable",     "love",         "lovely",
    "magnificent", "masterful",   "masterpiece",  "memorable",
    "original",    "outstanding", "perfect",      "pleasant",
    "powerful",    "realistic",   "refreshing",   "remarkable",
    "satisfying",  "sincere",     "skillful",     "smart",
    "splendid",    "success",     "superb",       "superior",
    "talented",    "terrific",    "touching",     "triumph",
    "wonderful",   "worthwhile",
};

constexpr std::string_view kNegativeWords[] = {
    "abysmal",       "annoying",    "atrocious",     "awful",
    "awkward",       "bad",         "bland",         "boring",
    "cheap",         "clumsy",      "confusing",     "crap",
    "depressing",    "despise",     "disappointing", "disaster",
    "disgusting",    "dreadful",    "dull",          "embarrassing",
    "failure",       "fake",        "flat",          "flawed",
    "forgettable",   "frustrating", "garbage",       "generic",
    "hate",          "hideous",     "horrendous",    "horrible",
    "implausible",   "incompetent", "inept",         "inferior",
    "insulting",     "irritating",  "lame",          "lifeless",
    "ludicrous",     "mediocre",    "mess",          "miserable",
    "nasty",         "obnoxious",   "offensive",     "painful",
    "pathetic",      "pointless",   "poor",          "predictable",
    "pretentious",   "repulsive",   "ridiculous",    "sad",
    "silly",         "sloppy",      "stale",         "stupid",
    "tedious",       "terrible",    "tiresome",      "trash",
    "ugly",          "unbearable",  "unconvincing",  "unfunny",
    "uninteresting", "unpleasant",  "unrealistic",   "useless",
    "vile",          "waste",       "weak",          "worse",
    "worst",         "worthless",
};

constexpr std::string_view kAntonym = "antonym";
constexpr std::string_view kSynonym = "synonym";

constexpr WordPair kWordPairs[] = {
    {"good", "bad", kAntonym},
    {"great", "awful", kAntonym},
    {"excellent", "terrible", kAntonym},
    {"love", "hate", kAntonym},
    {"best", "worst", kAntonym},
    {"better", "worse", kAntonym},
    {"beautiful", "ugly", kAntonym},
    {"interesting", "boring", kAntonym},
    {"wonderful", "horrible", kAntonym},
    {"happy", "sad", kAntonym},
    {"funny", "unfunny", kAntonym},
    {"smart", "stupid", kAntonym},
    {"perfect", "flawed", kAntonym},
    {"success", "failure", kAntonym},
    {"triumph", "disaster", kAntonym},
    {"masterpiece", "trash", kAntonym},
    {"superior", "inferior", kAntonym},
    {"pleasant", "unpleasant", kAntonym},
    {"realistic", "unrealistic", kAntonym},
    {"convincing", "unconvincing", kAntonym},
    {"memorable", "forgettable", kAntonym},
    {"exciting", "dull", kAntonym},
    {"powerful", "weak", kAntonym},
    {"original", "predictable", kAntonym},
    {"fresh", "stale", kAntonym},
    {"clever", "silly", kAntonym},
    {"impressive", "disappointing", kAntonym},
    {"graceful", "clumsy", kAntonym},
    {"authentic", "fake", kAntonym},
    {"worthwhile", "pointless", kAntonym},
    {"good", "great", kSynonym},
    {"excellent", "superb", kSynonym},
    {"wonderful", "fantastic", kSynonym},
    {"amazing", "incredible", kSynonym},
    {"funny", "hilarious", kSynonym},
    {"beautiful", "gorgeous", kSynonym},
    {"outstanding", "remarkable", kSynonym},
    {"interesting", "fascinating", kSynonym},
    {"smart", "intelligent", kSynonym},
    {"charming", "delightful", kSynonym},
    {"bad", "poor", kSynonym},
    {"terrible", "horrible", kSynonym},
    {"awful", "dreadful", kSynonym},
    {"boring", "tedious", kSynonym},
    {"stupid", "ridiculous", kSynonym},
    {"annoying", "irritating", kSynonym},
    {"trash", "garbage", kSynonym},
    {"pathetic", "lame", kSynonym},
    {"disgusting", "repulsive", kSynonym},
    {"useless", "worthless", kSynonym},
};

// WordSentiment searches by halves.
static_assert(std::is_sorted(std::begin(kPositiveWords),
                             std::end(kPositiveWords)));
static_assert(std::is_sorted(std::begin(kNegativeWords),
                             std::end(kNegativeWords)));

}  // namespace

std::span<const std::string_view> PositiveWords() { return kPositiveWords; }
std::span<const std::string_view> NegativeWords() { return kNegativeWords; }
std::span<const WordPair> WordPairs() { return kWordPairs; }

int WordSentiment(std::string_view word) {
  const auto is_in = [&](std::span<const std::string_view> words) {
    return std::binary_search(words.begin(), words.end(), word);
  };
  if (is_in(kPositiveWords)) return 1;
  if (is_in(kNegativeWords)) return -1;
  return 0;
}

}  // namespace carousel
