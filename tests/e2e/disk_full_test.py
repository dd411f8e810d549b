"""A disk that fills up, or fails, at every write of every operation.

The n-th write of an operation fails, for n = 1, 2, ... until it comes through
untouched. Each time the client hears why, the store is sound, and the same
operation succeeds once there is room. How many writes there were goes to
standard error.
"""

import errno
import itertools
import os
import re
import subprocess
import sys
import time
import unittest

from carousel_test_case import (BINARIES, TIMEOUT, write_reviews,
                                write_vectors)
from fault_test_case import FaultTestCase, without_timings
from faulty_disk import FAIL_FROM_ON, FAIL_ONCE, SERVER, WORKER

NO_ROOM = "No space left on device"
NO_DISK = "Input/output error"
# What SQLite does not tell the reason of.
SILENT = "is there room"
# Every n-th write is tried; 0 is the usual run's choice, which is two minutes.
STRIDE = int(os.environ.get("CAROUSEL_STRIDE", "0"))
# The disk is full from a write on, or for one call alone, or fails at one.
# How many of the writes the usual run tries: every n-th.
FAULTS = ((FAIL_FROM_ON, errno.ENOSPC, 2), (FAIL_ONCE, errno.ENOSPC, 4),
          (FAIL_ONCE, errno.EIO, 4))
# Whose failure is nobody's business: the commit is in the log and synced already,
# and the log, which is synced once more for it, is copied another time.
LATER = ("sync {0}/carousel.db-wal", "write {0}/carousel.db",
         "sync {0}/carousel.db", "truncate {0}/carousel.db")


def stride(usual):
    return STRIDE or usual


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
            out.unlink(missing_ok=True)

        self.fill_at_every_write(("admin", "backup", out), undo,
                                 after=lambda: self.assertFalse(out.exists()))

    def fill_at_every_write(self, do, undo, after=lambda: None):
        for first, (action, error, usual) in enumerate(FAULTS, 1):
            step = stride(usual)
            self.told = set()
            # Other writes for each, where not all are tried.
            for at in itertools.count(1 if step == 1 else first, step):
                with self.subTest(command=do, action=action, write=at,
                                  error=errno.errorcode[error]):
                    if not self.fill_at(do, action, error, at, after):
                        break
                undo() if callable(undo) else self.run_client(*undo)
            undo() if callable(undo) else self.run_client(*undo)
            self.assertGreater(at, 2)
            if step == 1 and "backup" not in do:
                # That of the commit itself is somebody's business.
                self.assertIn(LATER[0].format(self.data_dir.resolve()),
                              self.told)
            self.report(" ".join(map(str, do[:2])), at, step, error)

    def report(self, what, at, step, error):
        """Where the writes end, which the at-th is beyond."""
        last = at - 1 if step == 1 else f"{max(at - step, 0)} to {at - 1}"
        print(f"{what}: {last} writes, one in {step} tried, with "
              f"{errno.errorcode[error]}", file=sys.stderr, flush=True)

    def fill_at(self, do, action, error, at, after):
        """Whether the at-th write was there to fail."""
        self.disk.arm(action, at, error=error)
        code, answer = self.try_client(*do)
        self.disk.disarm()
        if not self.disk.hits:
            self.assertEqual(code, 0, answer)
            return False
        self.assert_store_is_sound(hint=self.disk.what)
        if code == 0:
            self.assert_may_be_lost(do)
            return True
        self.assert_says_why(answer["error"], action, error)
        self.told.add(self.disk.what)
        after()
        self.run_client(*do)
        self.assert_store_is_sound(hint=self.disk.what)
        return True

    def assert_says_why(self, answer, action, error):
        hint = f"{self.disk.what}: {answer}"
        self.assertIn(str(self.data_dir), answer["message"], hint)
        if self.may_be_silent(action, error):
            self.assertRegex(answer["message"], f"{SILENT}|{NO_ROOM}",
                             hint)
        elif error == errno.ENOSPC:
            self.assertEqual(answer["code"], "RESOURCE_EXHAUSTED", hint)
            self.assertIn(NO_ROOM, answer["message"], hint)
        else:
            self.assertEqual(answer["code"], "INTERNAL", hint)
            self.assertIn(NO_DISK, answer["message"], hint)

    def may_be_silent(self, action, error):
        """SQLite keeps the reason for itself, and it has passed since: of all
        but a full disk at a write, and of its index of the log."""
        call, path = self.disk.what.split(" ", 1)
        return (action == FAIL_ONCE and "/carousel.db" in path and
                (call != "write" or error != errno.ENOSPC or
                 path.endswith("-shm")))

    def assert_may_be_lost(self, do):
        # A link that cannot be made is a copy.
        if self.disk.what.startswith("link "):
            return
        # What a backup is read from may be lost with its server.
        if "backup" in do and re.fullmatch(
                f"sync {self.data_dir.resolve()}/tmp/.tmp-backup-[0-9a-f]+",
                self.disk.what):
            return
        # What cannot be moved aside is removed where it is.
        if "delete" in do and self.disk.what.startswith(
                f"rename {self.data_dir.resolve()}/tmp/.tmp-more-"):
            return
        self.assertIn(self.disk.what, [
            text.format(self.data_dir.resolve()) for text in LATER])

    def test_restores(self):
        self.set_up_store()
        backup = self.folder / "backup.tar"
        self.run_client("admin", "backup", backup)
        self.assertEqual(self.server.stop(), 0)
        # The same folder again, since that is the one that is watched.
        for at in itertools.count(1, stride(12)):
            self.empty_data_dir()
            self.disk.arm(FAIL_FROM_ON, at)
            result = self.restore(backup)
            self.disk.disarm()
            with self.subTest(write=at, what=self.disk.what):
                if not self.disk.hits:
                    break
                self.assertNotEqual(result.returncode, 0)
                self.assertIn(NO_ROOM, result.stderr)
                self.assertRegex(result.stderr,
                                 f"{self.data_dir}|carousel.db")
                # Without a look inside, and without an rm first.
                self.assertEqual(self.restore(backup).returncode, 0)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertGreater(at, 20)
        self.report("a restore", at, stride(12), errno.ENOSPC)
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
        for at in itertools.count(1, stride(3)):
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
                    self.assertIn(NO_ROOM, errors)
                    self.assertIn(str(self.data_dir), errors)
        self.assertIn("serving", said)
        self.assertGreater(at, 3)
        self.report("a start", at, stride(3), errno.ENOSPC)
        self.start_faulty_server()
        self.run_client("predict", "--model=film", "--text=a superb film")
        self.assert_store_is_sound()

    def set_up_training(self):
        """The epochs of a run that nothing disturbs."""
        self.set_up_store()
        _, submitted = self.try_client(*self.submission("whole", 2))
        whole, _ = self.finish(submitted["job"])
        return whole

    def test_training_goes_on_when_there_is_room(self):
        whole = self.set_up_training()
        for whose, error, usual in ((SERVER, errno.ENOSPC, 20),
                                    (WORKER, errno.ENOSPC, 12),
                                    (SERVER, errno.EIO, 40),
                                    (WORKER, errno.EIO, 20)):
            for at in itertools.count(1, stride(usual)):
                if not self.fail_in_training(whose, error, at, whole):
                    break
            self.assertGreater(at, 10)
            name = "server" if whose == SERVER else "worker"
            self.report(f"a training run's {name}", at, stride(usual), error)

    def fail_in_training(self, whose, error, at, whole):
        """Whether there was such a write in a run that then goes on."""
        model = f"film-{whose}-{error}-{at}"
        with self.subTest(whose=whose, write=at,
                          error=errno.errorcode[error]):
            self.disk.arm(FAIL_ONCE, at, whose, error)
            code, answer = self.try_client(*self.submission(model, 2))
            if code != 0:
                self.assert_says_why(answer["error"], FAIL_ONCE, error)
                _, answer = self.try_client(*self.submission(model, 2))
            self.assert_goes_on(answer["job"], model, whole, FAIL_ONCE, error)
        return self.disk.hits > 0

    def assert_goes_on(self, job, model, whole, action, error):
        epochs, end = self.finish(job)
        if end["state"] == "FAILED":
            hint = self.disk.what
            reason = os.strerror(error)
            if self.may_be_silent(action, error):
                reason = f"{SILENT}|{reason}"
            self.assertRegex(end["error"], reason, hint)
            self.assertIn(str(self.data_dir), end["error"], hint)
            self.run_client("jobs", "resume", job)
            epochs, end = self.finish(job)
        self.assertEqual(end["state"], "SUCCEEDED",
                         f"{self.disk.what}: {end}")
        self.assertEqual(without_timings(epochs), without_timings(whole))
        self.assertTrue(self.weights(model) == self.weights("whole"))
        self.assert_store_is_sound(idle=False)

    def test_training_waits_out_a_disk_that_stays_full(self):
        """Nothing can be written, not even that the job has failed."""
        whole = self.set_up_training()
        for at in itertools.count(1, stride(40)):
            model = f"late-{at}"
            with self.subTest(write=at):
                self.disk.arm(FAIL_FROM_ON, at)
                code, answer = self.try_client(*self.submission(model, 2))
                if code == 0 and not self.is_full(answer["job"]):
                    break
                # It serves meanwhile.
                self.run_client("predict", "--model=whole",
                                "--text=a superb film")
                self.disk.disarm()
                if code != 0:
                    self.assert_says_why(answer["error"], FAIL_FROM_ON,
                                         errno.ENOSPC)
                    _, answer = self.try_client(*self.submission(model, 2))
                self.assert_goes_on(answer["job"], model, whole, FAIL_FROM_ON,
                                    errno.ENOSPC)
        self.disk.disarm()
        self.assertGreater(at, 50)
        self.report("a training run that waits", at, stride(40), errno.ENOSPC)

    def is_full(self, job):
        """Waits until the disk has refused some writes, and refused them
        again, or the job has ended without one."""
        deadline = time.monotonic() + TIMEOUT
        while self.disk.hits < 4:
            self.assertLess(time.monotonic(), deadline, self.disk.what)
            state = self.json("jobs", "get", job)["state"]
            if state in ("SUCCEEDED", "FAILED"):
                return self.disk.hits > 0
        return True


if __name__ == "__main__":
    unittest.main(verbosity=2)
