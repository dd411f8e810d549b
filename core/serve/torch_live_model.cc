#include "core/serve/torch_live_model.h"
