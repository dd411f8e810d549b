#include "core/store/records.h"
