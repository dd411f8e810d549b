#include "core/analysis/projection.h"
