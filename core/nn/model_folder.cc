#include "core/nn/model_folder.h"
