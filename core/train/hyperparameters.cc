#include "core/train/hyperparameters.h"
