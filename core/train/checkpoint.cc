#include "core/train/checkpoint.h"
