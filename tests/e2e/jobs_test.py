"""What jobs do beside each other, and when they are asked for again."""

import unittest

from carousel_test_case import CarouselTestCase, write_reviews


class JobsTest(CarouselTestCase):
    def job(self, job):
        return self.json("jobs", "get", job)

    def end_of(self, job):
        *_, end = self.watch(job)
        return end

    def epochs_of(self, job):
        *epochs, end = self.watch(job)
        self.assertEqual(end["state"], "SUCCEEDED", end)
        return [{key: epoch[key] for key in ("train_loss", "validation_loss")}
                for epoch in epochs]

    def stable(self, model):
        return next(version["version"] for version in
                    self.json("models", "list", model)["models"]
                    if "stable" in version["labels"])

    def test_two_slots_run_two_models_but_one_job_a_model(self):
        self.start_mortal_server("--train_slots=2")
        self.import_all()
        self.doom(1, "wait at epoch 1 told")  # until it is cancelled
        first = self.train("film", 2)
        for event in self.watch(first):
            break  # its first epoch: it holds its slot and its model
        second = self.train("film", 1)
        other = self.train("book", 1)
        later = self.train("film", 1)
        # The other model's job passes the one that waits for its model.
        self.assertEqual(self.end_of(other)["state"], "SUCCEEDED")
        self.assertEqual(self.job(first)["state"], "RUNNING")
        for job, position in ((second, 0), (later, 1)):
            self.assertEqual(self.job(job)["state"], "QUEUED")
            self.assertEqual(self.job(job)["queue_position"], position)
        self.assertEqual(self.json("server", "info")["running_jobs"], 1)
        self.run_client("jobs", "cancel", first)
        self.assertEqual(self.end_of(first)["state"], "CANCELLED")
        ends = [self.end_of(job) for job in (second, later)]
        self.assertEqual([end["version"] for end in ends], [1, 2])
        self.assertGreaterEqual(ends[1]["started_at"], ends[0]["ended_at"])

    def test_a_request_that_is_repeated_after_a_kill_is_the_same_job(self):
        self.start_server()
        self.import_all()
        job = self.train("film", 2, "--request_id=once")
        self.server.kill()
        self.start_server()
        self.assertEqual(self.train("film", 2, "--request_id=once"), job)
        self.assertEqual(self.end_of(job)["state"], "SUCCEEDED")
        self.assertEqual(self.train("film", 2, "--request_id=once"), job)
        self.assertEqual(len(self.json("jobs", "list")["jobs"]), 1)
        refused = self.run_client(
            "train", "--dataset=reviews", "--vectors=words", "--model=film",
            "--epochs=3", "--request_id=once", code=4)
        self.assertIn(f"belongs to {job}", refused.stderr)
        # A request that was refused leaves its id to the next.
        self.run_client("train", "--dataset=none", "--vectors=words",
                        "--model=film", "--request_id=twice", code=3)
        self.assertNotEqual(self.train("film", 1, "--request_id=twice"), job)

    def test_max_examples_beyond_the_split_are_all(self):
        self.start_server()
        self.import_all()
        jobs = {number: self.train("film", 1, *number and [
                    f"--max_examples={number}"])
                for number in ("", "0", "100000", "20")}
        epochs = {number: self.epochs_of(job) for number, job in jobs.items()}
        self.assertEqual(epochs["0"], epochs[""])
        self.assertEqual(epochs["100000"], epochs[""])
        self.assertNotEqual(epochs["20"], epochs[""])
        self.run_client("train", "--dataset=reviews", "--vectors=words",
                        "--model=film", "--max_examples=-1", code=2)

    def test_stable_moves_to_what_is_better_on_the_same_dataset(self):
        self.start_server()
        self.import_all()
        write_reviews(self.folder / "more.csv", 240, seed=5)
        self.run_client("dataset", "import", "more", self.folder / "more.csv")

        def train(dataset, epochs, *settings):
            job = self.json(
                "train", f"--dataset={dataset}", "--vectors=words",
                "--model=film", f"--epochs={epochs}", "--seed=3", "--set",
                "hidden_size=12", "--set", "max_tokens=40", "--set",
                "batch_size=16", "--promote_if_better", *settings)["job"]
            end = self.end_of(job)
            self.assertEqual(end["state"], "SUCCEEDED", end)
            return end["best_validation_accuracy"]

        # The first has nobody to be better than.
        poor = train("reviews", 1, "--set", "learning_rate=0.000001")
        self.assertEqual(self.stable("film"), 1)
        # Accuracies on two datasets say nothing about each other.
        good = train("more", 8, "--set", "learning_rate=0.01")
        self.assertGreater(good, poor)
        self.assertEqual(self.stable("film"), 1)
        better = train("reviews", 8, "--set", "learning_rate=0.01")
        self.assertGreater(better, poor)
        self.assertEqual(self.stable("film"), 3)
        # What is as good is not better.
        self.assertEqual(train("reviews", 8, "--set", "learning_rate=0.01"),
                         better)
        self.assertEqual(self.stable("film"), 3)
        self.assertEqual(self.json("predict", "--model=film@latest",
                                   "--text=a wonderful film")["version"], 4)

    def test_a_deleted_job_is_gone_for_good(self):
        self.start_mortal_server()
        self.import_all()
        self.doom(1, "wait at epoch 1 told")
        job = self.train("film", 3)
        for event in self.watch(job):
            break
        refused = self.run_client("jobs", "delete", job, code=4)
        self.assertIn("cancel it first", refused.stderr)
        self.run_client("jobs", "cancel", job)
        self.assertEqual(self.end_of(job)["state"], "CANCELLED")
        self.assertEqual(self.json("jobs", "delete", job),
                         {"job": job, "deleted": True})
        self.assertFalse((self.data_dir / "jobs" / job).exists())
        for command in ("get", "watch", "resume", "cancel", "delete"):
            self.run_client("jobs", command, job, code=3)
        self.assertEqual(self.server.stop(), 0)
        self.start_mortal_server()
        self.assertEqual(self.json("jobs", "list")["jobs"], [])
        # Its number is not given again, and its dataset may go.
        self.run_client("dataset", "delete", "reviews")
        self.run_client("dataset", "import", "reviews", self.folder / "reviews.csv")
        self.assertEqual(self.train("film", 1), "job-000002")


if __name__ == "__main__":
    unittest.main(verbosity=2)
