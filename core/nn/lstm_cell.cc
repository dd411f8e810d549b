#include "core/nn/lstm_cell.h"
