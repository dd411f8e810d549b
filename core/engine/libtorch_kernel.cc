#include "core/engine/libtorch_kernel.h"
