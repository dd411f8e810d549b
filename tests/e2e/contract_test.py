"""What scripts rely on, through the real binaries: submissions, labels, files,
metrics, exit codes."""

import csv
import gzip
import json
import re
import subprocess
import unittest
import urllib.request

from carousel_test_case import (BINARIES, TIMEOUT, CarouselTestCase,
                                write_reviews, write_vectors)

# Every metric of the contract with its type, and the labels that it carries
# once a job ran and texts were answered.
METRICS = {
    "build_info": ("gauge", {"version", "torch", "device"}),
    "rpc_requests_total": ("counter", {"method", "code"}),
    "rpc_duration_seconds": ("histogram", {"method"}),
    "rpc_in_flight": ("gauge", {"method"}),
    "predict_texts_total": ("counter", {"model", "result"}),
    "predict_batch_rows": ("histogram", set()),
    "predict_queue_depth": ("gauge", set()),
    "predict_queue_wait_seconds": ("histogram", set()),
    "predict_phase_seconds": ("histogram", {"phase"}),
    "predict_probability": ("histogram", {"model"}),
    "predict_unknown_tokens_total": ("counter", {"model"}),
    "predict_tokens_total": ("counter", {"model"}),
    "train_loss": ("gauge", {"slot", "split"}),
    "train_accuracy": ("gauge", {"slot", "split"}),
    "train_epoch": ("gauge", {"slot"}),
    "train_epochs": ("gauge", {"slot"}),
    "train_learning_rate": ("gauge", {"slot"}),
    "train_gradient_norm": ("gauge", {"slot"}),
    "train_tokens_total": ("counter", {"slot"}),
    "train_last_progress_timestamp_seconds": ("gauge", {"slot"}),
    "train_job_info": ("gauge", None),  # there while a job runs
    "jobs": ("gauge", {"state"}),
    "model_versions": ("gauge", {"model"}),
    "model_load_duration_seconds": ("histogram", set()),
    "data_disk_free_bytes": ("gauge", set()),
    "device_memory_bytes": ("gauge", {"device", "kind"}),
}


class ContractTest(CarouselTestCase):
    def train_to_the_end(self, model, *settings):
        *_, end = self.watch(self.train(model, 1, *settings))
        self.assertEqual(end["state"], "SUCCEEDED", end)

    def write_csv(self, name, rows, encoding="utf-8"):
        path = self.folder / name
        with open(path, "w", newline="", encoding=encoding) as file:
            csv.writer(file).writerows(rows)
        return path

    def read_submission(self, path):
        with open(path, newline="", encoding="utf-8") as file:
            return list(csv.reader(file))

    def test_a_submission_has_a_row_for_each_row_whatever_it_holds(self):
        self.start_server()
        self.import_all()
        self.train_to_the_end("film")
        hard = [["id", "review"],
                ["a", "the film was wonderful"],
                ["b", ""],                            # no token
                ["c", "<br /> ... !"],
                ["d", "dull " * 2_000_000],           # 10 MB
                ["e", "caf\udce9 awful"],             # not UTF-8
                ["f", 'two\nlines, a comma and "quotes"'],
                ["g", "a " * 500_000],                # cut as in training
                ["a", "the same id again"]]
        path = self.folder / "hard.csv"
        with open(path, "w", newline="", encoding="utf-8",
                  errors="surrogateescape") as file:
            csv.writer(file).writerows(hard)
        out = self.folder / "submission.csv"
        result = self.run_client("predict", "--model=film", f"--csv={path}",
                                 f"--out={out}", "--on_error=negative")
        rows = self.read_submission(out)
        self.assertEqual(rows[0], ["id", "sentiment"])
        self.assertEqual([row[0] for row in rows[1:]], list("abcdefga"))
        self.assertEqual({row[1] for row in rows[1:]} |
                         {"positive", "negative"}, {"positive", "negative"})
        for at in (2, 4, 5):  # b, d, e
            self.assertEqual(rows[at][1], "negative")
        self.assertIn("of 8 rows could not be answered", result.stderr)
        answers = self.json("predict", "--model=film", f"--csv={path}",
                            f"--out={out}")["results"]
        codes = {i: a["error"]["code"] for i, a in enumerate(answers)
                 if "error" in a}
        self.assertEqual(set(codes.values()), {"INVALID_ARGUMENT"})
        self.assertLessEqual({1, 3, 4}, set(codes))
        limit = next(a for a in answers if a["index"] == 3)["error"]["message"]
        self.assertIn("10000000 bytes; the limit is 1048576", limit)

        wrong = self.run_client("predict", "--model=film", f"--csv={path}",
                                f"--out={out}", "--on_error=good", code=4)
        self.assertIn("--on_error is", wrong.stderr)
        self.assertEqual(self.read_submission(out)[1:][0][0], "a")

    def test_more_texts_than_a_call_carries_keep_their_order(self):
        self.start_server()
        self.import_all()
        self.train_to_the_end("film")
        words = ["wonderful", "awful"]
        lines = [words[i % 2] + f" film {i}" for i in range(5000)]
        results = self.json("predict", "--model=film",
                            stdin="\n".join(lines) + "\n")["results"]
        self.assertEqual([r["index"] for r in results], list(range(5000)))
        again = self.json("predict", "--model=film", "--text=awful film 4321")
        self.assertAlmostEqual(again["results"][0]["probability"],
                               results[4321]["probability"], delta=1e-6)

    def test_labels_say_what_a_name_means(self):
        self.start_server()
        self.import_all()
        self.train_to_the_end("film")
        self.train_to_the_end("film")

        def version(reference):
            return self.json("predict", f"--model={reference}",
                             "--text=a wonderful film")["version"]

        self.assertEqual([version("film"), version("film@latest"),
                          version("film@1")], [2, 2, 1])
        self.run_client("models", "promote", "film@1", "--label=stable")
        self.assertEqual([version("film"), version("film@latest")], [1, 2])
        self.run_client("models", "delete", "film@1", code=4)
        self.run_client("models", "unload", "film@1", code=4)
        self.run_client("models", "promote", "film@2", "--label=stable")
        self.run_client("models", "unload", "film@1")
        self.run_client("models", "load", "film@1")
        self.run_client("models", "delete", "film@1")
        self.run_client("predict", "--model=film@1", "--text=x", code=3)
        self.assertEqual(version("film"), 2)
        # What a model was trained on stays while the model does.
        for kind, name in (("dataset", "reviews"), ("vectors", "words")):
            refused = self.run_client(kind, "delete", name, code=4)
            self.assertIn("used by", refused.stderr)
        # Labels outlive the server.
        self.assertEqual(self.server.stop(), 0)
        self.start_server()
        self.assertEqual([version("film"), version("film@stable")], [2, 2])

    def test_a_dataset_is_what_its_content_says(self):
        self.start_server()
        plain = self.folder / "reviews.csv"
        write_reviews(plain, 60)
        rows = list(csv.reader(open(plain, newline="")))
        text = rows[1][0]
        conflicting = self.write_csv(
            "conflicting.csv",
            [*rows, ["  " + text.upper(), "negative"], [text, "positive"]])
        packed = self.folder / "packed.csv.gz"
        packed.write_bytes(gzip.compress(conflicting.read_bytes()))
        first = self.run_client("dataset", "import", "reviews", packed)
        self.assertRegex(first.stdout, r"duplicates +2\n")
        self.assertIn("rows 1 and 61", first.stderr)
        # The same again changes nothing; other content is refused.
        self.run_client("dataset", "import", "reviews", packed)
        self.run_client("dataset", "import", "reviews", plain, code=4)
        self.run_client("dataset", "import", "reviews", packed,
                        "--split_seed=2", code=4)
        described = self.json("dataset", "describe", "reviews")
        self.assertEqual(described["rows"], 62)
        self.assertEqual(sum(described["splits"].values()), 62)
        self.assertLess(described["padding"]["padded_share"], 0.5)
        self.assertIsNone(described["coverage"])

    def test_a_job_that_cannot_be_trained_is_refused_at_once(self):
        self.start_server()
        write_reviews(self.folder / "reviews.csv", 60)
        write_vectors(self.folder / "words.vec")
        self.run_client("dataset", "import", "reviews",
                        self.folder / "reviews.csv", "--split=90/0/10")
        self.run_client("vectors", "import", "words", self.folder / "words.vec")
        refused = self.run_client("train", "--dataset=reviews",
                                  "--vectors=words", "--model=m", code=4)
        self.assertIn("validation", refused.stderr)
        self.assertEqual(self.json("jobs", "list")["jobs"], [])

    def test_metrics_are_those_of_the_contract(self):
        self.start_server()
        self.import_all()
        self.train_to_the_end("film")
        self.run_client("predict", "--model=film", "--text=a wonderful film",
                        "--text=")
        with urllib.request.urlopen(
                f"http://{self.server.metrics_address}/metrics",
                timeout=TIMEOUT) as reply:
            text = reply.read().decode()
        types = dict(re.findall(r"^# TYPE carousel_(\S+) (\S+)$", text, re.M))
        labels = {}
        for name, inside in re.findall(r"^carousel_(\w+?)(?:\{(.*)\})? \S+$",
                                       text, re.M):
            name = re.sub(r"_(bucket|sum|count)$", "", name)
            labels.setdefault(name, set()).update(
                re.findall(r'(\w+)="', inside or ""))
        self.assertEqual(
            types, {name: kind for name, (kind, _) in METRICS.items()
                    if name in types or name != "train_job_info"})
        for name, (_, expected) in METRICS.items():
            if expected is not None:
                self.assertEqual(labels.get(name, set()) - {"le"}, expected,
                                 name)
        self.assertIn("process_resident_memory_bytes", text)

    def test_a_server_that_is_not_there_is_five(self):
        address = self.start_server().address
        self.assertEqual(self.server.stop(), 0)
        for command in (["jobs", "list"], ["jobs", "watch", "job-000001"],
                        ["predict", "--model=m", "--text=x"]):
            result = subprocess.run(
                [BINARIES / "carousel", f"--server={address}", *command],
                capture_output=True, text=True, timeout=TIMEOUT)
            self.assertEqual(result.returncode, 5, command)
            self.assertIn(address, result.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
