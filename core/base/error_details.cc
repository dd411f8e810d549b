#include "core/base/error_details.h"
