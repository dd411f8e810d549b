#include "core/data/batcher.h"
