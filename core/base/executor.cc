#include "core/base/executor.h"
