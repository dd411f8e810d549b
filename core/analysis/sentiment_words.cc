#include "core/analysis/sentiment_words.h"
