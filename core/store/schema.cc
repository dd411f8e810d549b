#include "core/store/schema.h"

namespace carousel {
namespace {

// Times are text, RFC 3339 in UTC with microseconds. A measure is NULL where
// it is no number: training that diverged has such losses.
constexpr char kVersion1[] = R"sql(
CREATE TABLE datasets (
  name TEXT NOT NULL PRIMARY KEY,
  sha256 TEXT NOT NULL,
  rows INTEGER NOT NULL,
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE vectors (
  name TEXT NOT NULL PRIMARY KEY,
  sha256 TEXT NOT NULL,
  format TEXT NOT NULL,
  words INTEGER NOT NULL,
  dimension INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  created_at TEXT NOT NULL
) STRICT;

-- Outlives the versions of a model, so that no version number comes twice.
CREATE TABLE models (
  name TEXT NOT NULL PRIMARY KEY,
  last_version INTEGER NOT NULL
) STRICT;

CREATE TABLE model_versions (
  model TEXT NOT NULL REFERENCES models (name),
  version INTEGER NOT NULL,
  job TEXT NOT NULL,
  dataset TEXT NOT NULL,
  vectors TEXT NOT NULL,
  validation_accuracy REAL,
  bytes INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  PRIMARY KEY (model, version)
) STRICT;
CREATE UNIQUE INDEX model_versions_by_job ON model_versions (job)
  WHERE job <> '';
CREATE INDEX model_versions_by_vectors ON model_versions (vectors);

CREATE TABLE labels (
  model TEXT NOT NULL,
  label TEXT NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (model, label),
  FOREIGN KEY (model, version) REFERENCES model_versions (model, version)
) STRICT;
CREATE INDEX labels_by_version ON labels (model, version);

-- AUTOINCREMENT: a number is never given again.
CREATE TABLE jobs (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  model TEXT NOT NULL,
  version INTEGER NOT NULL,
  dataset TEXT NOT NULL,
  vectors TEXT NOT NULL,
  hyperparameters TEXT NOT NULL,
  state TEXT NOT NULL CHECK (
    state IN ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED')),
  epoch INTEGER NOT NULL,
  epochs INTEGER NOT NULL,
  best_epoch INTEGER NOT NULL,
  best_validation_accuracy REAL,
  tokens_per_second REAL,
  error TEXT NOT NULL,
  request_id TEXT NOT NULL,
  promote_if_better INTEGER NOT NULL,
  cancel_requested INTEGER NOT NULL,
  worker_deaths INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  started_at TEXT,
  ended_at TEXT
) STRICT;
CREATE UNIQUE INDEX jobs_by_request ON jobs (request_id)
  WHERE request_id <> '';
CREATE INDEX jobs_by_state ON jobs (state, number);

CREATE TABLE epochs (
  job INTEGER NOT NULL REFERENCES jobs (number),
  epoch INTEGER NOT NULL,
  train_loss REAL,
  train_accuracy REAL,
  validation_loss REAL,
  validation_accuracy REAL,
  learning_rate REAL,
  gradient_norm REAL,
  tokens_per_second REAL,
  seconds REAL,
  PRIMARY KEY (job, epoch)
) STRICT, WITHOUT ROWID;
)sql";

// The call that a job came of (CallOrigin).
constexpr char kVersion2[] = R"sql(
ALTER TABLE jobs ADD COLUMN origin_request_id TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN origin_traceparent TEXT NOT NULL DEFAULT '';
)sql";

// Texts without labels, vectors with counts, and jobs that train vectors; a
// job that reads more datasets than one has the others in job_datasets.
constexpr char kVersion3[] = R"sql(
ALTER TABLE datasets ADD COLUMN unlabelled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE vectors ADD COLUMN has_counts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE vectors ADD COLUMN job TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN kind TEXT NOT NULL DEFAULT 'MODEL'
  CHECK (kind IN ('MODEL', 'VECTORS'));
CREATE TABLE job_datasets (
  job INTEGER NOT NULL REFERENCES jobs (number),
  dataset TEXT NOT NULL,
  PRIMARY KEY (job, dataset)
) STRICT, WITHOUT ROWID;
)sql";

}  // namespace

const std::array<const char*, CatalogueDatabase::kSchemaVersion> kMigrations = {
    kVersion1, kVersion2, kVersion3};

}  // namespace carousel
