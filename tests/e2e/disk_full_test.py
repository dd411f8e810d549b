"""A disk that fills up at every write of every operation.

The n-th write of an operation fails, for n = 1, 2, ... until it comes through
untouched. Each time the client hears why, the store is sound, and the same
operation succeeds once there is room.
"""

import itertools
import os
import subprocess
import unittest

from carousel_test_case import (BINARIES, TIMEOUT, write_reviews,
                                write_vectors)
from fault_test_case import FaultTestCase, without_timings
from faulty_disk import (COUNT, FAIL_FROM_ON, FAIL_ONCE, SERVER, WORKER)

NO_ROOM = "No space left on device"
# Of the many writes of a training run and of a restore every n-th is tried; 1
# is all.
STRIDE = int(os.environ.get("CAROUSEL_STRIDE", "5"))
# Whose failure is nobody's business: the commit is in the log already, and is
# copied to the database another time.
LATER = "write {0}/carousel.db", "sync {0}/carousel.db"


class DiskFullTest(FaultTestCase):
    def set_up_store(self):
        self.start_faulty_server()
        self.import_all()
        write_reviews(self.folder / "more.csv", 60, seed=5)
        write_vectors(self.folder / "more.vec", seed=6)

    def test_imports(self):
        self.set_up_store()
        for do, undo in (
                (("dataset", "import", "more", self.folder / "more.csv"),
                 ("dataset", "delete", "more")),
                (("vectors", "import", "more", self.folder / "more.vec"),
                 ("vectors", "delete", "more"))):
            self.fill_at_every_write(do, undo)

    def test_deletions(self):
        self.set_up_store()
        do = ("dataset", "import", "more", self.folder / "more.csv")
        self.run_client(*do)
        self.fill_at_every_write(("dataset", "delete", "more"), do)

    def test_labels(self):
        self.set_up_store()
        for _ in range(2):
            self.finish(self.train("film", 1))
        promote = ("models", "promote")
        self.fill_at_every_write((*promote, "film@1", "--label=stable"),
                                 (*promote, "film@2", "--label=stable"))
        # It serves, whatever the disk is like.
        self.disk.arm(FAIL_FROM_ON, 1)
        self.run_client("predict", "--model=film@1", "--text=a superb film")
        self.disk.disarm()

    def test_backups(self):
        self.set_up_store()
        out = self.folder / "backup.tar"

        def undo():
            out.unlink()

        self.fill_at_every_write(("admin", "backup", out), undo,
                                 after=lambda: self.assertFalse(out.exists()))

    def fill_at_every_write(self, do, undo, after=lambda: None):
        for action in (FAIL_FROM_ON, FAIL_ONCE):
            at = 0
            while True:
                at += 1
                with self.subTest(command=do, action=action, write=at):
                    if not self.fill_at(do, action, at, after):
                        break
                undo() if callable(undo) else self.run_client(*undo)
            undo() if callable(undo) else self.run_client(*undo)
            self.assertGreater(at, 2)

    def fill_at(self, do, action, at, after):
        """Whether the at-th write was there to fail."""
        self.disk.arm(action, at)
        code, answer = self.try_client(*do)
        self.disk.disarm()
        if not self.disk.hits:
            self.assertEqual(code, 0, answer)
            return False
        self.assert_store_is_sound(hint=self.disk.what)
        if code == 0:
            self.assert_may_be_lost()
            return True
        self.assert_says_no_room(answer["error"])
        after()
        self.run_client(*do)
        self.assert_store_is_sound(hint=self.disk.what)
        return True

    def assert_says_no_room(self, error):
        hint = f"{self.disk.what}: {error}"
        self.assertIn(str(self.data_dir), error["message"], hint)
        if self.sqlite_is_silent():
            self.assertIn("is there room", error["message"], hint)
            return
        self.assertEqual(error["code"], "RESOURCE_EXHAUSTED", hint)
        self.assertIn(NO_ROOM, error["message"], hint)

    def sqlite_is_silent(self):
        """Of all but writes it does not tell why they failed."""
        call, path = self.disk.what.split(" ", 1)
        return call != "write" and "/carousel.db" in path

    def assert_may_be_lost(self):
        # A link that cannot be made is a copy.
        if not self.disk.what.startswith("link "):
            self.assertIn(self.disk.what, [
                text.format(self.data_dir.resolve()) for text in LATER])

    def test_restores(self):
        self.set_up_store()
        backup = self.folder / "backup.tar"
        self.run_client("admin", "backup", backup)
        self.assertEqual(self.server.stop(), 0)
        # The same folder again, since that is the one that is watched.
        for at in itertools.count(1, STRIDE):
            self.empty_data_dir()
            self.disk.arm(FAIL_FROM_ON, at)
            result = self.restore(backup)
            self.disk.disarm()
            with self.subTest(write=at, what=self.disk.what):
                if not self.disk.hits:
                    break
                self.assertNotEqual(result.returncode, 0)
                self.assertRegex(result.stderr, f"{NO_ROOM}|is there room")
                self.assertRegex(result.stderr,
                                 f"{self.data_dir}|carousel.db")
                # Without a look inside, and without an rm first.
                self.assertEqual(self.restore(backup).returncode, 0)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertGreater(at, 20)
        self.start_faulty_server()
        self.assert_store_is_sound()

    def empty_data_dir(self):
        subprocess.run(["rm", "-rf", self.data_dir], check=True)

    def restore(self, backup):
        return subprocess.run(
            [BINARIES / "carouseld", f"--restore={backup}",
             f"--data_dir={self.data_dir}"], capture_output=True, text=True,
            timeout=TIMEOUT, env=self.disk.environment())

    def test_a_start_says_so_or_serves(self):
        self.set_up_store()
        self.finish(self.train("film", 1))
        self.assertEqual(self.server.stop(), 0)
        at = 0
        while True:
            at += 1
            self.disk.arm(FAIL_FROM_ON, at)
            process = subprocess.Popen(
                [BINARIES / "carouseld", f"--data_dir={self.data_dir}",
                 "--listen=127.0.0.1:0", "--metrics_listen=127.0.0.1:0",
                 "--log_level=off"], stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, text=True,
                env=self.disk.environment())
            said = process.stdout.readline()
            self.disk.disarm()
            process.kill()
            errors = process.communicate(timeout=TIMEOUT)[1]
            with self.subTest(write=at, what=self.disk.what):
                if not self.disk.hits:
                    break
                if not said:
                    self.assertIn("is there room" if self.sqlite_is_silent()
                                  else NO_ROOM, errors)
                    self.assertIn(str(self.data_dir), errors)
        self.assertIn("serving", said)
        self.assertGreater(at, 3)
        self.start_faulty_server()
        self.run_client("predict", "--model=film", "--text=a superb film")
        self.assert_store_is_sound()

    def test_training_goes_on_when_there_is_room(self):
        self.set_up_store()
        self.disk.arm(COUNT)
        _, submitted = self.try_client(*self.submission("whole", 2))
        whole, _ = self.finish(submitted["job"])
        self.assertEqual(self.server.stop(), 0)
        self.start_faulty_server()
        for whose in (SERVER, WORKER):
            at, tried = 1, 0
            while self.fail_in_training(whose, at, whole):
                at += STRIDE
                tried += 1
            self.assertGreater(tried * STRIDE, 10)

    def fail_in_training(self, whose, at, whole):
        """Whether there was such a write in a run that then goes on."""
        model = f"film-{whose}-{at}"
        self.disk.arm(FAIL_ONCE, at, whose)
        code, answer = self.try_client(*self.submission(model, 2))
        with self.subTest(whose=whose, write=at, what=self.disk.what):
            if code != 0:
                self.assert_says_no_room(answer["error"])
                _, answer = self.try_client(*self.submission(model, 2))
            job = answer["job"]
            epochs, end = self.finish(job)
            if end["state"] == "FAILED":
                self.assertIn(NO_ROOM, end["error"], self.disk.what)
                self.run_client("jobs", "resume", job)
                epochs, end = self.finish(job)
            self.assertEqual(end["state"], "SUCCEEDED",
                             f"{self.disk.what}: {end}")
            self.assertEqual(without_timings(epochs), without_timings(whole))
            self.assertTrue(self.weights(model) == self.weights("whole"))
            self.assert_store_is_sound(idle=False)
        return self.disk.hits > 0


if __name__ == "__main__":
    unittest.main(verbosity=2)
