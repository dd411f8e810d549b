#include "core/text/word_vectors.h"
