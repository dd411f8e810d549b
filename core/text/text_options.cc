#include "core/text/text_options.h"
