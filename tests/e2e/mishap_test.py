"""Workers that hang or need more memory than there is, clients that vanish,
servers that meet, a calendar that jumps."""

import os
import signal
import struct
import subprocess
import unittest

from carousel_test_case import BINARIES, TIMEOUT
from fault_test_case import FaultTestCase, without_timings
from faulty_disk import KILL_CLIENT, SERVER

# The kernel gives addresses for memory freely: LibTorch alone takes a gigabyte
# or two of them.
ADDRESSES_KIB = 6 << 20
DAY = 24 * 60 * 60


class MishapTest(FaultTestCase):
    def test_a_worker_that_hangs_is_killed_and_its_job_goes_on(self):
        # A stopped worker is silent however long the limit is; one that works
        # is not, unless the machine gives it no turn for that long.
        self.start_mortal_server("--stall_seconds=10")
        self.import_all()
        whole, _ = self.finish(self.train("whole", 4))
        fate = self.doom(2, "freeze worker at epoch 2 untold")
        epochs, end = self.finish(self.train("frozen", 4))
        self.assertFalse(fate.exists())
        self.assertEqual(end["state"], "SUCCEEDED", end)
        self.assertEqual(without_timings(epochs), without_timings(whole))
        self.assertTrue(self.weights("frozen") == self.weights("whole"))

    def test_a_worker_that_memory_does_not_suffice_for_fails_its_job(self):
        binaries = self.folder / "bin"
        binaries.mkdir()
        os.link(BINARIES / "carouseld", binaries / "carouseld")
        worker = binaries / "carousel_worker"
        worker.write_text(
            f"#!/bin/sh\nulimit -v {ADDRESSES_KIB}\n"
            f'exec "{(BINARIES / "carousel_worker").resolve()}" "$@"\n')
        worker.chmod(0o755)
        # It wants the products of all 10,000 tokens at once: tens of gigabytes.
        self.start_server("--engine=libtorch", binaries=binaries)
        self.import_all()
        _, end = self.finish(self.train("film", 1))
        self.assertEqual(end["state"], "SUCCEEDED", end)
        greedy = self.json(
            "train", "--dataset=reviews", "--vectors=words", "--model=greedy",
            "--epochs=1", *(word for setting in (
                "padding=fixed", "max_tokens=10000", "batch_size=4096",
                "hidden_size=512") for word in ("--set", setting)))
        _, end = self.finish(greedy["job"])
        # At once: a second try would need as much.
        self.assertEqual(end["state"], "FAILED")
        self.assertIn("memory ran out", end["error"])
        self.assertIn("hidden_size", end["error"])
        self.assertNotIn("in a row", end["error"])
        self.run_client("predict", "--model=film", "--text=a superb film")

    def test_a_worker_that_the_kernel_kills_is_tried_once_more(self):
        self.start_mortal_server()
        self.import_all()
        fate = self.doom(1, "kill worker at stage training",
                         "kill worker at stage training")
        _, end = self.finish(self.train("film", 1))
        self.assertFalse(fate.exists())
        self.assertEqual(end["state"], "FAILED")
        for part in ("2 workers in a row", "killed by signal 9", "memory"):
            self.assertIn(part, end["error"])
        self.assert_store_is_sound(idle=False)
        self.run_client("server", "health")

    def test_a_client_that_vanishes_in_an_upload_leaves_nothing(self):
        self.start_faulty_server()
        self.import_all()
        large = self.folder / "large"
        rows = 'good and bad words of a film,positive\n' * 1_000_000
        for kind in ("dataset", "vectors"):
            large.write_text("review,sentiment\n" + rows if kind == "dataset"
                             else "word 0.25 0.5 0.125 1.5\n" * 1_500_000)
            # Its server has a part of the file by then, and waits for more.
            self.disk.arm(KILL_CLIENT, 20, SERVER)
            client = subprocess.Popen(
                self.command(kind, "import", "large", large),
                env=self.disk.environment(), stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL)
            self.assertEqual(client.wait(TIMEOUT), -signal.SIGKILL)
            self.disk.disarm()
        listed = self.json("dataset", "list")["datasets"]
        self.assertEqual([d["dataset"] for d in listed], ["reviews"])
        # A stop waits for the calls, so what is left now is left for good.
        self.assertEqual(self.server.stop(), 0)
        self.assert_store_is_sound()

    def test_a_second_server_waits_for_the_first_ones_death(self):
        self.start_mortal_server()
        self.import_all()
        self.doom(1, "freeze worker at epoch 1 told")
        job = self.train("film", 2)
        for line in self.watch(job):
            if line["epoch"] == 1:
                break
        second = subprocess.run(
            [BINARIES / "carouseld", f"--data_dir={self.data_dir}",
             "--listen=127.0.0.1:0"], capture_output=True, text=True,
            timeout=TIMEOUT)
        self.assertEqual(second.returncode, 1)
        for part in ("in use", str(self.data_dir),
                     f"process {self.server.process.pid}"):
            self.assertIn(part, second.stderr)
        # It does not get in the way of the first one.
        self.assertEqual(self.json("jobs", "get", job)["state"], "RUNNING")
        self.assertTrue((self.data_dir / "address").exists())

        orphan = self.worker_of(self.server.process.pid)
        self.server.kill()
        try:
            # At once, although the first one's worker has not ended: its
            # successor waits for the job's lock.
            self.start_server()
            self.assertEqual(self.json("jobs", "get", job)["state"], "RUNNING")
        finally:
            os.kill(orphan, signal.SIGCONT)
        *_, end = self.watch(job)
        self.assertEqual(end["state"], "SUCCEEDED", end)

    def worker_of(self, server):
        children = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(server)], capture_output=True,
            text=True, check=True).stdout.split()
        self.assertEqual(len(children), 1)
        return int(children[0])

    def test_a_calendar_that_jumps_changes_nothing_but_dates(self):
        step = self.folder / "step"

        def jump(days):
            with open(step, "r+b") as file:
                file.write(struct.pack("<q", days * DAY))

        step.write_bytes(bytes(8))
        library = (BINARIES / "tests/stepping_clock.so").resolve()
        environment = {**os.environ, "LD_PRELOAD": str(library),
                       "STEPPING_CLOCK": str(step)}
        # Where a day more would be the end of it.
        self.start_mortal_server("--stall_seconds=3600",
                                 environment=environment)
        self.import_all()
        whole, before = self.finish(self.train("whole", 6))
        self.doom(2, "kill worker at epoch 2 told",
                  "kill worker at epoch 4 told")
        jump(1)
        job = self.train("film", 6)
        # Back behind the begin, and forward again, and after each death the job
        # waits for a second.
        for line in self.watch(job):
            if "job" not in line and line["epoch"] in (1, 3):
                jump({1: -2, 3: 3}[line["epoch"]])
        epochs, end = self.finish(job)
        self.assertEqual(end["state"], "SUCCEEDED", end)
        self.assertEqual(without_timings(epochs), without_timings(whole))
        for epoch in epochs:
            self.assertTrue(0 <= epoch["seconds"] < TIMEOUT, epoch)
        # The dates are the calendar's own.
        self.assertGreater(end["created_at"], before["ended_at"])
        for days in (-3, 400, 0):
            jump(days)
            self.run_client("--timeout=60", "predict", "--model=film",
                            "--text=a superb film")
        self.assertEqual(self.server.stop(), 0)
        self.assert_store_is_sound()


if __name__ == "__main__":
    unittest.main(verbosity=2)
