#include "core/base/byte_source.h"
