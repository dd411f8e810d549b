// Catalogues as earlier versions of the program have written them: their own
// SQL, which stays as it was whatever becomes of core/store/schema.cc.
#ifndef CAROUSEL_TESTS_CORE_STORE_OLD_CATALOGUES_H_
#define CAROUSEL_TESTS_CORE_STORE_OLD_CATALOGUES_H_

namespace carousel {

inline constexpr char kTablesOfVersion1[] = R"sql(
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

inline constexpr char kTablesOfVersion2[] = R"sql(
ALTER TABLE jobs ADD COLUMN origin_request_id TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN origin_traceparent TEXT NOT NULL DEFAULT '';
)sql";

// What is the same in both: a model that a job has trained, and its labels.
inline constexpr char kOldAssets[] = R"sql(
INSERT INTO datasets VALUES ('imdb', 'd1', 10000, '2026-05-01T12:00:00.000000Z');
INSERT INTO vectors VALUES ('glove', 'v1', 'glove', 400000, 100, 347116733, '2026-05-01T12:01:00.000000Z');
INSERT INTO models VALUES ('imdb', 2);
INSERT INTO model_versions VALUES ('imdb', 2, 'job-000001', 'imdb', 'glove', 0.8955, 23456789, '2026-05-01T13:00:00.000000Z');
INSERT INTO labels VALUES ('imdb', 'latest', 2);
INSERT INTO labels VALUES ('imdb', 'stable', 2);
)sql";

// One job that is over and one that a server left running.
inline constexpr char kJobsOfVersion1[] = R"sql(
INSERT INTO jobs VALUES (1, 'imdb', 2, 'imdb', 'glove', '{"epochs":2}', 'SUCCEEDED', 2, 2, 1, 0.8955, 38995.5, '', 'once', 1, 0, 0, '2026-05-01T12:02:00.000000Z', '2026-05-01T12:02:01.000000Z', '2026-05-01T13:00:01.000000Z');
INSERT INTO jobs VALUES (7, 'imdb', 0, 'imdb', 'glove', '{"epochs":5}', 'RUNNING', 1, 5, 0, NULL, NULL, '', '', 0, 0, 1, '2026-05-02T12:00:00.000000Z', '2026-05-02T12:00:01.000000Z', NULL);
INSERT INTO epochs VALUES (1, 1, 0.51, 0.75, 0.31, 0.8955, 0.001, 1.5, 38000.5, 45.25);
INSERT INTO epochs VALUES (1, 2, 0.42, 0.81, 0.33, 0.8915, 0.001, 1.25, 38995.5, 44.5);
INSERT INTO epochs VALUES (7, 1, NULL, 0.5, NULL, 0.5, 0.1, NULL, 39000.0, 44.0);
)sql";

inline constexpr char kJobsOfVersion2[] = R"sql(
INSERT INTO jobs VALUES (1, 'imdb', 2, 'imdb', 'glove', '{"epochs":2}', 'SUCCEEDED', 2, 2, 1, 0.8955, 38995.5, '', 'once', 1, 0, 0, '2026-05-01T12:02:00.000000Z', '2026-05-01T12:02:01.000000Z', '2026-05-01T13:00:01.000000Z', 'call-1', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
INSERT INTO jobs VALUES (7, 'imdb', 0, 'imdb', 'glove', '{"epochs":5}', 'RUNNING', 1, 5, 0, NULL, NULL, '', '', 0, 0, 1, '2026-05-02T12:00:00.000000Z', '2026-05-02T12:00:01.000000Z', NULL, '', '');
INSERT INTO epochs VALUES (1, 1, 0.51, 0.75, 0.31, 0.8955, 0.001, 1.5, 38000.5, 45.25);
INSERT INTO epochs VALUES (1, 2, 0.42, 0.81, 0.33, 0.8915, 0.001, 1.25, 38995.5, 44.5);
INSERT INTO epochs VALUES (7, 1, NULL, 0.5, NULL, 0.5, 0.1, NULL, 39000.0, 44.0);
)sql";

}  // namespace carousel

#endif  // CAROUSEL_TESTS_CORE_STORE_OLD_CATALOGUES_H_
