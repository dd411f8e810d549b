#include "core/jobs/job_runner.h"
