#include "core/store/model_store.h"
