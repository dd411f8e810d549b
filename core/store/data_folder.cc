#include "core/store/data_folder.h"
