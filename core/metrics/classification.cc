#include "core/metrics/classification.h"
