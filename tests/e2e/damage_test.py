"""A changed or missing byte in every stored file.

Each file of a real data folder is damaged in turn, as a bad disk does, and the
server is started on it. It starts, refuses what is damaged with DATA_LOSS and
the file's name, and serves the rest. Each damage is a start of the server, so
the usual run gives each file one of the damages, in turn, and takes every
CAROUSEL_STRIDE-th page of the catalogue; with CAROUSEL_STRIDE=1 it is all of
them. How many there were goes to standard error.
"""

import os
import shutil
import sys
import unittest

from fault_test_case import FaultTestCase
from store_checker import check_store

PAGE = 4096  # of SQLite
STRIDE = int(os.environ.get("CAROUSEL_STRIDE", "3"))
REFUSED = 4  # how a command ends that met DATA_LOSS


def flip(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1:]


def cut(content):
    return content[:-2]  # of a text more than the last line's end


def empty(content):
    return b""


def report(line):
    print(line, file=sys.stderr, flush=True)


class DamageTest(FaultTestCase):
    def set_up_store(self):
        """Two versions, the older one stable, and a job with a checkpoint."""
        self.spoilt = 0
        self.start_mortal_server()
        self.import_all()
        for _ in range(2):
            *_, end = self.watch(self.train("film", 1))
            self.assertEqual(end["state"], "SUCCEEDED")
        self.run_client("models", "promote", "film@1", "--label=stable")
        self.doom(3, "wait at epoch 2 told")
        self.paused = self.train("paused", 4)
        for line in self.watch(self.paused):
            if line["epoch"] == 2:
                break
        self.run_client("jobs", "cancel", self.paused)
        *_, end = self.watch(self.paused)
        self.assertEqual(end["state"], "CANCELLED")
        self.assertEqual(self.server.stop(), 0)
        self.assertEqual(check_store(self.data_dir), [])

    def files_of(self, *folders):
        return sorted(file for folder in folders
                      for file in (self.data_dir / folder).rglob("*")
                      if file.is_file())

    def for_each_damage(self, files, check):
        self.assertGreater(len(files), 0)
        damages = (flip, cut, empty)
        tried = 0
        for number, file in enumerate(files):
            content = file.read_bytes()
            for damage in (damages if STRIDE == 1 or len(files) == 1 else
                           [damages[number % len(damages)]]):
                tried += 1
                with self.subTest(file=file.name, damage=damage.__name__):
                    self.assertNotEqual(damage(content), content)
                    file.write_bytes(damage(content))
                    # The checker sees it, too, or it would be of no use.
                    if "jobs" not in file.parts:
                        self.assertNotEqual(check_store(self.data_dir), [])
                    try:
                        self.start_server()
                        check(file)
                        self.run_client("predict", "--model=film",
                                        "--text=a superb film")
                    finally:
                        self.end_server()
                        file.write_bytes(content)
        report(f"{tried} damages of {len(files)} files")
        self.start_server()
        self.assertEqual(self.server.stop(), 0)
        self.assertEqual(check_store(self.data_dir), [])

    def assert_loss(self, error, file):
        self.assertEqual(error["code"], "DATA_LOSS", error)
        self.assertIn(self.culprit(file), error["message"])

    def culprit(self, file):
        # A wrong checksum cannot be told from a wrong file.
        return str(file.parent if file.name == "checksums.txt" else file)

    def test_datasets_and_vectors(self):
        self.set_up_store()

        def check_dataset(file):
            error = self.json("evaluate", "--model=film@1", "--dataset=reviews",
                              code=REFUSED)["error"]
            self.assert_loss(error, file)
            self.check_training_fails(file)

        self.for_each_damage(self.files_of("datasets"), check_dataset)
        self.for_each_damage(self.files_of("vectors"),
                             self.check_training_fails)

    def check_training_fails(self, file):
        self.spoilt += 1
        code, answer = self.try_client(
            *self.submission(f"spoilt-{self.spoilt}", 1))
        if code != 0:  # what its server itself looks into
            self.assertEqual(code, REFUSED)
            self.assert_loss(answer["error"], file)
            return
        *_, end = self.watch(answer["job"])
        self.assertEqual(end["state"], "FAILED")
        self.assertIn(self.culprit(file), end["error"])

    def test_a_version(self):
        self.set_up_store()
        files = self.files_of("models/film/2")
        for name in ("model.safetensors", "config.json", "vocabulary.txt",
                     "metrics.json", "provenance.json", "checksums.txt"):
            self.assertIn(name, {file.name for file in files})

        def check(file):
            for version in ("film@2", "film@latest"):
                error = self.json("predict", f"--model={version}",
                                  "--text=a superb film", code=REFUSED)["error"]
                self.assert_loss(error, file)
            refused = self.json("models", "promote", "film@2",
                                "--label=stable", code=REFUSED)["error"]
            self.assert_loss(refused, file)
            answer = self.json("predict", "--model=film",
                               "--text=a superb film")
            self.assertEqual(answer["version"], 1)

        self.for_each_damage(files, check)

    def test_a_checkpoint(self):
        self.set_up_store()
        checkpoint = self.data_dir / "jobs" / self.paused / "checkpoint.bin"

        def check(file):
            self.run_client("jobs", "resume", self.paused)
            *epochs, end = self.watch(self.paused)
            self.assertEqual(end["state"], "FAILED")
            self.assertIn(str(file), end["error"])
            # What the catalogue has is not lost with it.
            self.assertEqual([e["epoch"] for e in epochs], [1, 2])

        self.for_each_damage([checkpoint], check)
        self.start_server()
        self.run_client("jobs", "resume", self.paused)
        *_, end = self.watch(self.paused)
        self.assertEqual(end["state"], "SUCCEEDED")

    def test_the_catalogue(self):
        """Every page: SQLite has no checksums, but a page must be a page."""
        self.set_up_store()
        catalogue = self.data_dir / "carousel.db"
        content = catalogue.read_bytes()
        pages = len(content) // PAGE
        self.assertGreater(pages, 5)
        tried = refused = 0
        for page in range(0, pages, STRIDE):
            at = page * PAGE
            spoilt = content[:at] + b"\xa5" * PAGE + content[at + PAGE:]
            tried += 1
            refused += self.start_on(catalogue, spoilt)
        report(f"{refused} of {tried} spoilt pages refused; there are {pages}")
        # A page may be free, and its content nobody's.
        self.assertGreaterEqual(refused, tried - 2)
        # Cut to nothing it could be a new one, which would name nothing of what
        # is stored.
        for size in (0, 1, 100, PAGE, len(content) - PAGE, len(content) - 1):
            with self.subTest(cut_to=size):
                self.assertEqual(self.start_on(catalogue, content[:size]), 1)
        catalogue.write_bytes(content)
        self.start_server()
        self.run_client("predict", "--model=film", "--text=a superb film")

    def test_the_catalogues_log(self):
        """What a kill leaves of it holds nothing that is not elsewhere."""
        self.start_server()
        self.import_all()
        self.server.kill()
        log = self.data_dir / "carousel.db-wal"
        content = log.read_bytes()
        self.assertGreater(len(content), PAGE)
        kept = self.folder / "kept"
        shutil.copytree(self.data_dir, kept)
        for damage in (flip, cut, empty):
            with self.subTest(damage=damage.__name__):
                log.write_bytes(damage(content))
                self.start_server()
                self.run_client("dataset", "describe", "reviews")
                self.run_client("vectors", "delete", "words")
                self.assertEqual(self.server.stop(), 0)
                self.assertEqual(check_store(self.data_dir), [])
            shutil.rmtree(self.data_dir)
            shutil.copytree(kept, self.data_dir)

    def start_on(self, catalogue, content):
        """1 when the server refused, naming the catalogue; else 0."""
        kept = self.folder / "kept"
        shutil.copytree(self.data_dir, kept)
        try:
            catalogue.write_bytes(content)
            log = self.folder / "server.log"
            said = log.stat().st_size
            try:
                self.start_server()
            except RuntimeError:
                self.assertIn(str(catalogue), log.read_text()[said:])
                return 1
            self.end_server()
            return 0
        finally:
            shutil.rmtree(self.data_dir)
            kept.rename(self.data_dir)


if __name__ == "__main__":
    unittest.main(verbosity=2)
