#include "core/train/schedule.h"
