#include "core/serve/predictor.h"
