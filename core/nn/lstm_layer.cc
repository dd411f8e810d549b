#include "core/nn/lstm_layer.h"
