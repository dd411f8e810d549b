#include "core/nn/model_config.h"
