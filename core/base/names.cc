#include "core/base/names.h"
