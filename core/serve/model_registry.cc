#include "core/serve/model_registry.h"
