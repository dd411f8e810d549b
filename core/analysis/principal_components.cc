#include "core/analysis/principal_components.h"
