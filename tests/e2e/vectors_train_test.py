"""Word vectors of one's own, from reviews to a model that begins with them."""

import json
import math
import unittest

from carousel_test_case import BAD, GOOD, CarouselTestCase, write_reviews


def read_vectors(path):
    with open(path, encoding="utf-8") as file:
        next(file)
        return {line.split()[0]: [float(x) for x in line.split()[1:]]
                for line in file}


def cosine(a, b):
    dot = sum(x * y for x, y in zip(a, b))
    return dot / math.sqrt(sum(x * x for x in a) * sum(y * y for y in b))


class VectorsTrainTest(CarouselTestCase):
    def train_vectors(self, name, *arguments):
        return self.json(
            "vectors", "train", name, "--dataset=reviews", "--epochs=6",
            "--set", "dimension=24", "--set", "min_count=2", "--set", "sample=0",
            *arguments)["job"]

    def stored(self, name):
        return self.data_dir / "vectors" / name / "vectors"

    def finish(self, job):
        *epochs, end = self.watch(job)
        return epochs, end

    def test_a_killed_run_ends_in_the_same_vectors_and_a_model_uses_them(self):
        self.start_mortal_server()
        self.import_all()
        whole, end = self.finish(self.train_vectors("whole"))
        self.assertEqual(end["state"], "SUCCEEDED", end["error"])
        self.assertEqual(end["kind"], "VECTORS")
        self.assertEqual([e["epoch"] for e in whole], [1, 2, 3, 4, 5, 6])
        self.assertLess(whole[-1]["train_loss"], whole[0]["train_loss"])
        self.assertIsNone(whole[0]["validation_loss"])

        fate = self.doom(2, "kill worker at epoch 2 untold",
                         "kill worker at epoch 4 told",
                         "kill server at stage saving")
        job = self.train_vectors("killed")
        self.server.wait_for_death()
        self.start_mortal_server()
        epochs, end = self.finish(job)
        self.assertFalse(fate.exists())  # all of that happened
        self.assertEqual(end["state"], "SUCCEEDED", end["error"])
        self.assertEqual([e["train_loss"] for e in epochs],
                         [e["train_loss"] for e in whole])
        self.assertEqual(self.stored("killed").read_bytes(),
                         self.stored("whole").read_bytes())

        _, end = self.finish(self.json(
            "train", "--dataset=reviews", "--vectors=killed", "--model=film",
            "--epochs=4", "--set", "hidden_size=12", "--set", "max_tokens=40",
            "--set", "learning_rate=0.01", "--set", "batch_size=16")["job"])
        self.assertEqual(end["state"], "SUCCEEDED", end["error"])
        measured = self.json("evaluate", "--model=film", "--dataset=reviews")
        self.assertGreater(measured["accuracy"], 0.8)

    def test_words_of_one_sentiment_come_together(self):
        self.start_server()
        write_reviews(self.folder / "reviews.csv", 2000)
        self.run_client("dataset", "import", "reviews",
                        self.folder / "reviews.csv")
        _, end = self.finish(self.train_vectors(
            "own", "--set", "window=20", "--set", "negative=10",
            "--set", "learning_rate=0.1"))
        self.assertEqual(end["state"], "SUCCEEDED", end["error"])
        vectors = read_vectors(self.stored("own"))
        strong = GOOD + BAD
        for word in strong:
            nearest = max((w for w in strong if w != word),
                          key=lambda w: cosine(vectors[word], vectors[w]))
            self.assertEqual(nearest in GOOD, word in GOOD, (word, nearest))

    def test_texts_without_labels_are_trained_on_as_well(self):
        self.start_server()
        self.import_all()
        with open(self.folder / "more.csv", "w", encoding="utf-8") as file:
            file.write("review\n" + "an unheardof word\n" * 5)
        self.run_client("dataset", "import", "more", self.folder / "more.csv",
                        "--unlabelled")
        _, end = self.finish(self.train_vectors("own", "--dataset=more"))
        self.assertEqual(end["state"], "SUCCEEDED", end["error"])
        self.assertIn("unheardof", read_vectors(self.stored("own")))

    def test_what_another_dataset_holds_back_is_left_out_and_counted(self):
        self.start_server()
        self.import_all()
        self.run_client("dataset", "import", "again",
                        self.folder / "reviews.csv", "--split_seed=9")
        job = self.train_vectors("own", "--dataset=again")
        self.finish(job)
        log = (self.data_dir / "jobs" / job / "worker.log").read_text()
        line = next(l for l in log.splitlines() if " texts " in l)
        fields = dict(f.split("=", 1) for f in line.split() if "=" in f)
        left_out = int(fields["left_out_as_held_back"])
        self.assertGreater(left_out, 0)
        self.assertEqual(int(fields["texts"]) + left_out, 2 * 168)

    def test_a_name_that_is_taken_and_a_dataset_in_use_are_refused(self):
        self.start_mortal_server()
        self.import_all()
        error = self.json("vectors", "train", "words", "--dataset=reviews", code=4)
        self.assertIn("ALREADY_EXISTS", json.dumps(error))
        fate = self.doom(1, "wait at epoch 1 told")
        job = self.train_vectors("own")
        for line in self.watch(job):
            if line["epoch"] == 1:
                break
        self.json("vectors", "train", "own", "--dataset=reviews", code=4)
        self.run_client("dataset", "delete", "reviews", code=4)
        self.run_client("jobs", "cancel", job)
        *_, end = self.watch(job)
        self.assertEqual(end["state"], "CANCELLED")
        self.assertFalse(fate.exists())
        self.assertFalse(self.stored("own").exists())
        self.run_client("jobs", "resume", job)
        _, end = self.finish(job)
        self.assertEqual(end["state"], "SUCCEEDED", end["error"])
        self.assertTrue(self.stored("own").exists())
        self.run_client("dataset", "delete", "reviews")


if __name__ == "__main__":
    unittest.main()
