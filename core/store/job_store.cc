#include "core/store/job_store.h"
