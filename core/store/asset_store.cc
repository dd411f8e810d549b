#include "core/store/asset_store.h"
