#include "core/base/files.h"
