#include "core/data/corpus_statistics.h"
