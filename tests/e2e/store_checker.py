"""Whether a data folder is what core/store says it is.

Reads with Python alone, as an operator would with sqlite3 and sha256sum, so
that a mistake of the product is not repeated here.
"""

import hashlib
import json
import pathlib
import sqlite3

TEMPORARY = ".tmp-"
STATES = {"QUEUED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED"}
TERMINAL = {"SUCCEEDED", "FAILED", "CANCELLED"}
MEASURES = ("train_loss", "train_accuracy", "validation_loss",
            "validation_accuracy", "learning_rate", "gradient_norm",
            "tokens_per_second", "seconds")
CHECKPOINT_MAGIC = b"carousel checkpoint 2\n"


def check_store(data_dir, idle=True):
    """What is wrong, a line each; empty when all is well.

    The server may run. With idle=False it may be at work, too: then only what
    holds at every moment is asked for.
    """
    return _Checker(pathlib.Path(data_dir), idle).run()


def read_checkpoint(path):
    """The header of a checkpoint whose digest is right; ValueError else."""
    content = path.read_bytes()
    body, digest = content[:-32], content[-32:]
    if not body.startswith(CHECKPOINT_MAGIC):
        raise ValueError("it is no checkpoint")
    if hashlib.sha256(body).digest() != digest:
        raise ValueError("its digest is wrong")
    at = len(CHECKPOINT_MAGIC)
    size = int.from_bytes(body[at:at + 8], "little")
    return json.loads(body[at + 8:at + 8 + size])


class _Checker:
    def __init__(self, data_dir, idle):
        self.data_dir = data_dir
        self.idle = idle
        self.problems = []

    def run(self):
        try:
            catalogue = sqlite3.connect(
                f"file:{self.data_dir / 'carousel.db'}?mode=ro", uri=True)
            catalogue.row_factory = sqlite3.Row
            try:
                # One transaction, so that a busy store is seen at one moment.
                catalogue.execute("BEGIN")
                self._check_database(catalogue)
                self._check_jobs(catalogue)
                self._check_labels(catalogue)
                if self.idle:
                    self._check_folders(catalogue)
                    self._check_job_folders(catalogue)
                    self._check_leftovers()
            finally:
                catalogue.close()
        except sqlite3.Error as error:
            self._add(f"the catalogue cannot be read: {error}")
        return self.problems

    def _add(self, problem):
        self.problems.append(problem)

    def _expect(self, holds, problem):
        if not holds:
            self._add(problem)

    def _check_database(self, catalogue):
        for (line,) in catalogue.execute("PRAGMA integrity_check"):
            self._expect(line == "ok", f"integrity_check: {line}")
        for row in catalogue.execute("PRAGMA foreign_key_check"):
            self._add(f"foreign_key_check: {tuple(row)}")

    def _check_jobs(self, catalogue):
        versions = {row["job"]: row for row in catalogue.execute(
            "SELECT * FROM model_versions")}
        for job in catalogue.execute("SELECT * FROM jobs"):
            name = _job_name(job)
            epochs = [row["epoch"] for row in catalogue.execute(
                "SELECT epoch FROM epochs WHERE job = ? ORDER BY epoch",
                (job["number"],))]
            self._expect(epochs == list(range(1, job["epoch"] + 1)),
                         f"{name} has done {job['epoch']} epochs; its rows are "
                         f"{epochs}")
            self._expect(job["epoch"] <= job["epochs"],
                         f"{name} has done {job['epoch']} of {job['epochs']}")
            self._check_state(name, job, versions.get(name))

    def _check_state(self, name, job, version):
        state = job["state"]
        self._expect(state in STATES, f"{name} is {state}")
        self._expect((job["ended_at"] is not None) == (state in TERMINAL),
                     f"{name} is {state} and ended at {job['ended_at']}")
        self._expect((job["error"] != "") == (state == "FAILED"),
                     f"{name} is {state} with the error {job['error']!r}")
        self._expect((job["version"] != 0) == (state == "SUCCEEDED"),
                     f"{name} is {state} with the version {job['version']}")
        self._expect(0 <= job["worker_deaths"] <= 2,
                     f"{name} counts {job['worker_deaths']} deaths")
        if job["epoch"] > 0 or state == "RUNNING":
            self._expect(job["started_at"] is not None,
                         f"{name} never started")
        if state == "SUCCEEDED":
            self._expect(
                version is not None and version["model"] == job["model"] and
                version["version"] == job["version"],
                f"{name} has succeeded; its version is not there")

    def _check_labels(self, catalogue):
        last = dict(catalogue.execute("SELECT name, last_version FROM models"))
        for row in catalogue.execute("SELECT model, version FROM model_versions"):
            self._expect(
                1 <= row["version"] <= last.get(row["model"], 0),
                f"{row['model']}@{row['version']} is after the last version, "
                f"{last.get(row['model'])}")
        for row in catalogue.execute(
                "SELECT l.model, l.label, l.version FROM labels l LEFT JOIN "
                "model_versions v USING (model, version) "
                "WHERE v.model IS NULL"):
            self._add(f"{row['model']}@{row['label']} points at version "
                      f"{row['version']}, which is not there")

    def _check_folders(self, catalogue):
        for kind in ("datasets", "vectors"):
            named = {row["name"] for row in
                     catalogue.execute(f"SELECT name FROM {kind}")}
            self._check_named(kind, named, self._names(kind))
        for row in catalogue.execute("SELECT name, bytes FROM vectors"):
            file = self.data_dir / "vectors" / row["name"] / "vectors"
            if file.exists():
                self._expect(file.stat().st_size == row["bytes"],
                             f"{file} has {file.stat().st_size} bytes, not "
                             f"{row['bytes']}")
        named = {f"{row['model']}/{row['version']}" for row in
                 catalogue.execute("SELECT model, version FROM model_versions")}
        there = {f"{model}/{version.name}" for model in self._names("models")
                 for version in (self.data_dir / "models" / model).iterdir()}
        self._check_named("models", named, there)

    def _names(self, kind):
        return {entry.name for entry in (self.data_dir / kind).iterdir()}

    def _check_named(self, kind, named, there):
        for name in sorted(named - there):
            self._add(f"{kind}/{name} is in the catalogue and not on the disk")
        for name in sorted(there - named):
            self._add(f"{kind}/{name} is on the disk and not in the catalogue")
        for name in sorted(named & there):
            self._check_checksums(self.data_dir / kind / name)

    def _check_checksums(self, folder):
        expected = {}
        try:
            for line in (folder / "checksums.txt").read_text().splitlines():
                digest, name = line.split("  ", 1)
                expected[name] = digest
        except (OSError, ValueError) as error:
            self._add(f"{folder}/checksums.txt: {error}")
            return
        actual = {str(file.relative_to(folder)):
                  hashlib.sha256(file.read_bytes()).hexdigest()
                  for file in folder.rglob("*")
                  if file.is_file() and file.name != "checksums.txt"}
        self._expect(actual == expected,
                     f"{folder} is not what its checksums.txt says")

    def _check_job_folders(self, catalogue):
        jobs = {_job_name(row): row
                for row in catalogue.execute("SELECT * FROM jobs")}
        for folder in sorted((self.data_dir / "jobs").iterdir()):
            job = jobs.get(folder.name)
            if job is None:
                self._add(f"{folder} is no job's")
            elif job["state"] == "SUCCEEDED":
                left = {file.name for file in folder.iterdir()}
                self._expect(left <= {"worker.log"}, f"{folder} keeps {left}")
        for name, job in jobs.items():
            if job["state"] != "SUCCEEDED" and job["epoch"] > 0:
                self._check_checkpoint(catalogue, name, job)

    def _check_checkpoint(self, catalogue, name, job):
        path = self.data_dir / "jobs" / name / "checkpoint.bin"
        try:
            epochs = read_checkpoint(path)["epochs"]
        except (OSError, ValueError) as error:
            self._add(f"{path}: {error}")
            return
        self._expect([epoch["epoch"] for epoch in epochs] ==
                     list(range(1, len(epochs) + 1)),
                     f"{path} holds the epochs {epochs}")
        # It is on the disk before the catalogue hears of it.
        self._expect(len(epochs) >= job["epoch"],
                     f"{path} ends after epoch {len(epochs)}, {name} has done "
                     f"{job['epoch']}")
        rows = catalogue.execute(
            "SELECT * FROM epochs WHERE job = ? ORDER BY epoch",
            (job["number"],)).fetchall()
        for row, epoch in zip(rows, epochs):
            self._expect(all(row[key] == epoch[key] for key in MEASURES),
                         f"{name}, epoch {row['epoch']}: the catalogue and the "
                         "checkpoint differ")

    def _check_leftovers(self):
        for entry in (self.data_dir / "tmp").iterdir():
            self._add(f"{entry} is left over")
        for pattern in ("*", "datasets/**/*", "vectors/**/*", "models/**/*"):
            for entry in self.data_dir.glob(pattern):
                self._expect(not entry.name.startswith(TEMPORARY),
                             f"{entry} is left over")


def _job_name(row):
    return f"job-{row['number']:06d}"
