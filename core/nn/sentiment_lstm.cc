#include "core/nn/sentiment_lstm.h"
