#include "core/train/training_run.h"
