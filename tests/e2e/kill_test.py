"""kill -9 of worker, server or both, at random writes.

The points are drawn, so that they are nobody's idea of where it might hurt, but
they are places in the run and not moments: the n-th call that writes to the
data folder (tests/support/faulty_disk.cc). CAROUSEL_ROUNDS says how many, and
CAROUSEL_SEED which; a failure names its round, which comes again by its seed.
"""

import os
import random
import shutil
import signal
import unittest

from carousel_test_case import write_reviews, write_vectors
from fault_test_case import FaultTestCase, without_timings
from faulty_disk import COUNT, KILL_BOTH, KILL_SERVER, KILL_WORKER

ROUNDS = int(os.environ.get("CAROUSEL_ROUNDS", "10"))
SEED = int(os.environ.get("CAROUSEL_SEED", "1"))
EPOCHS = 3
MOST_KILLS = 3  # of one job
MOST_STARTS = 30  # that die


class KillTest(FaultTestCase):
    def test_a_job_loses_no_epoch_and_no_bit(self):
        self.start_faulty_server()
        self.import_all()
        self.disk.arm(COUNT)
        _, submitted = self.try_client(*self.submission("whole", EPOCHS))
        whole, _ = self.finish(submitted["job"])
        self.assertEqual([e["epoch"] for e in whole], [1, 2, 3])
        writes = self.disk.seen
        self.assertGreater(writes, 50)
        self.kills = 0
        self.jobs = {}  # by their models
        for number in range(1, ROUNDS + 1):
            with self.subTest(seed=SEED, round=number):
                self.run_round(number, writes)
                self.assertEqual(
                    without_timings(self.epochs_of(f"round{number}")),
                    without_timings(whole))
                self.assertTrue(self.weights(f"round{number}") ==
                                self.weights("whole"))
                # A stop lets the slot tidy up, so that nothing is under way.
                self.assertEqual(self.server.stop(), 0)
                self.assert_store_is_sound()
                self.start_faulty_server()
        versions = [(m["model"], m["version"])
                    for m in self.json("models", "list")["models"]]
        self.assertEqual(sorted(versions), sorted(
            [("whole", 1)] + [(f"round{n}", 1) for n in range(1, ROUNDS + 1)]))
        # Most points are met; one beyond a resumed job's shorter way is not.
        self.assertGreaterEqual(self.kills, ROUNDS * 2 // 3)

    def epochs_of(self, model):
        return self.finish(self.jobs[model])[0]

    def run_round(self, number, writes):
        """Trains a model whose processes die one to three times."""
        draw = random.Random(f"{SEED}/{number}")
        plan = [(draw.choice((KILL_WORKER, KILL_SERVER, KILL_BOTH)),
                 draw.randint(1, writes))
                for _ in range(draw.randint(1, MOST_KILLS))]
        model = f"round{number}"
        self.arm_next(plan)
        job = self.submit(model, plan)
        self.jobs[model] = job
        while True:
            end = self.follow(job, lambda epoch: self.arm_when_done(plan))
            if end is None:
                self.revive(plan)
            elif end["state"] == "FAILED":
                # Two deaths without an epoch in between: it may go on by hand.
                self.assertIn("2 workers in a row ended", end["error"])
                self.arm_next([])
                self.run_client("jobs", "resume", job)
            else:
                self.assertEqual(end["state"], "SUCCEEDED", end)
                self.arm_next([])
                return

    def submit(self, model, plan):
        while True:
            code, answer = self.try_client(*self.submission(model, EPOCHS))
            if code == 0:
                return answer["job"]
            # It died of the call, which is made again under the same name.
            self.assertEqual((code, answer["error"]["code"]),
                             (5, "UNAVAILABLE"))
            self.revive(plan)

    def revive(self, plan):
        self.assertEqual(self.server.wait_for_death(), -signal.SIGKILL)
        while True:
            self.arm_next(plan)
            try:
                self.start_faulty_server()
                break
            except RuntimeError:
                self.assertGreater(self.disk.hits, 0)  # it died of its start
        self.assert_store_is_sound(idle=False)

    def arm_next(self, plan):
        self.kills += self.disk.hits
        if plan:
            action, at = plan.pop()
            self.disk.arm(action, at)
        else:
            self.disk.arm(COUNT)

    def arm_when_done(self, plan):
        # After a worker's death its server goes on.
        if self.disk.hits and plan:
            self.arm_next(plan)

    def test_a_first_start_that_dies_is_made_up_for(self):
        self.disk.arm(COUNT)
        self.start_faulty_server()
        writes = self.disk.seen
        self.assertGreater(writes, 10)
        self.server.kill()
        draw = random.Random(f"{SEED}/first")
        for point in draw.sample(range(1, writes + 1), min(ROUNDS, MOST_STARTS, writes)):
            with self.subTest(seed=SEED, point=point):
                shutil.rmtree(self.data_dir)
                self.data_dir.mkdir()
                self.disk.arm(KILL_SERVER, point)
                with self.assertRaises(RuntimeError):
                    self.start_faulty_server()
                self.assertEqual(self.disk.hits, 1)
                self.disk.arm(COUNT)
                self.start_faulty_server()
                self.assertEqual(self.server.stop(), 0)
                self.assert_store_is_sound(hint=self.disk.what)

    def test_an_operation_is_done_or_not_done(self):
        self.start_faulty_server()
        self.import_all()
        write_reviews(self.folder / "more.csv", 60, seed=5)
        write_vectors(self.folder / "more.vec", seed=6)
        for _ in range(2):
            self.finish(self.train("film", 1))
        operations = [
            (("dataset", "import", "more", self.folder / "more.csv"),
             ("dataset", "delete", "more")),
            (("vectors", "import", "more", self.folder / "more.vec"),
             ("vectors", "delete", "more")),
            (("models", "promote", "film@1", "--label=stable"),
             ("models", "promote", "film@2", "--label=stable"))]
        writes = []
        for do, undo in operations:
            for command in (do, undo):
                self.disk.arm(COUNT)
                self.run_client(*command)
                writes.append(self.disk.seen)
        killed = 0
        for number in range(1, ROUNDS + 1):
            draw = random.Random(f"{SEED}/operation/{number}")
            which = draw.randrange(len(operations))
            for at, command in enumerate(operations[which]):
                point = draw.randint(1, writes[2 * which + at])
                with self.subTest(seed=SEED, round=number, command=command,
                                  point=point):
                    killed += self.kill_during(command, point)
        self.assertGreater(killed, ROUNDS)

    def kill_during(self, command, point):
        """Does it, through a death at that write; 1 when there was one."""
        self.disk.arm(KILL_SERVER, point)
        code, _ = self.try_client(*command)
        died = self.disk.hits
        self.disk.disarm()
        if not died:
            self.assertEqual(code, 0)
            return 0
        self.assertEqual(self.server.wait_for_death(), -signal.SIGKILL)
        self.start_faulty_server()
        self.assert_store_is_sound()
        # Done before the answer, or to be done again: then there is nothing to
        # delete any more, and importing the same again is no error.
        code, answer = self.try_client(*command)
        self.assertIn(code, (0, 3) if "delete" in command else (0,), answer)
        self.assert_store_is_sound()
        return 1


if __name__ == "__main__":
    unittest.main(verbosity=2)
