#include "core/text/encoder.h"
