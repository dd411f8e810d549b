#include "core/train/evaluator.h"
