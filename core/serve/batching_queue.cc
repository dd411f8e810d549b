#include "core/serve/batching_queue.h"
