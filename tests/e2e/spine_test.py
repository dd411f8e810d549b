"""From a CSV to a submission through the real binaries."""

import csv
import hashlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import unittest
import urllib.request

from carousel_test_case import (BINARIES, TIMEOUT, CarouselTestCase,
                                write_reviews)

# What a machine does at its own speed and not by its seed.
TIMINGS = ("tokens_per_second", "seconds")


def without_timings(epochs):
    return [{k: v for k, v in epoch.items() if k not in TIMINGS}
            for epoch in epochs]


class SpineTest(CarouselTestCase):
    def test_from_csv_to_submission(self):
        self.start_server()
        self.import_all()
        job = self.train("film", 6)
        *epochs, end = self.watch(job)
        self.assertEqual([e["epoch"] for e in epochs], [1, 2, 3, 4, 5, 6])
        self.assertEqual(end["state"], "SUCCEEDED")
        self.assertEqual(end["version"], 1)

        measured = self.json("evaluate", "--model=film", "--dataset=reviews")
        self.assertEqual(measured["split"], "test")
        self.assertEqual(measured["count"], 24)
        self.assertGreater(measured["accuracy"], 0.9)

        write_reviews(self.folder / "test.csv", 30, seed=9, labelled=False)
        submission = self.folder / "submission.csv"
        self.run_client("predict", "--model=film", "--id_column=id",
                        f"--csv={self.folder / 'test.csv'}", f"--out={submission}")
        with open(submission, newline="") as file:
            rows = list(csv.reader(file))
        self.assertEqual(rows[0], ["id", "sentiment"])
        self.assertEqual([r[0] for r in rows[1:]], [str(i) for i in range(30)])
        right = sum(r[1] == ("positive" if int(r[0]) % 2 == 0 else "negative")
                    for r in rows[1:])
        self.assertGreaterEqual(right, 27)

        page = self.folder / "words.html"
        words = self.folder / "words.txt"
        words.write_text("wonderful\nawful\nfilm\nstory\nunheard\n")
        self.run_client("projection", "--model=film", f"--words={words}",
                        f"--out={page}")
        self.assertIn("wonderful", page.read_text())
        space = self.folder / "space.html"
        self.run_client("projection", "--model=film", f"--words={words}",
                        "--dims=3", "--compare", f"--out={space}")
        self.assertIn('"initial_position":[', space.read_text())
        near = self.json("neighbours", "--model=film", "wonderful", "--k=3")
        self.assertEqual(len(near["neighbours"]), 3)
        self.assertEqual(self.server.stop(), 0)
        self.assertFalse((self.data_dir / "address").exists())

    def test_killed_worker_and_killed_server_lose_no_epoch(self):
        self.start_mortal_server()
        self.import_all()
        whole, _ = self.finish(self.train("whole", 8))
        for number, model, fates in (
                (2, "early", ("kill worker at epoch 2 untold",
                              "kill worker at last batch of epoch 4",
                              "kill server at epoch 5 told")),
                (3, "late", ("kill server at stage saving",))):
            fate = self.doom(number, *fates)
            job = self.train(model, 8)
            self.assertEqual(self.server.wait_for_death(), -signal.SIGKILL)
            self.start_mortal_server()
            epochs, end = self.finish(job)
            self.assertFalse(fate.exists())  # all of that happened
            self.assertEqual(end["state"], "SUCCEEDED")
            self.assertEqual(without_timings(epochs), without_timings(whole))
            self.assertEqual(self.measures("whole"), self.measures(model))

        models = self.json("models", "list")["models"]
        self.assertEqual({(m["model"], m["version"]) for m in models},
                         {("whole", 1), ("early", 1), ("late", 1)})

    def finish(self, job):
        *epochs, end = self.watch(job)
        return epochs, end

    def measures(self, model):
        measured = self.json("evaluate", f"--model={model}", "--dataset=reviews")
        return {k: measured[k] for k in
                ("count", "accuracy", "loss", "roc_auc", "confusion_matrix")}

    def test_a_cancelled_job_resumes_to_the_same_end(self):
        self.start_mortal_server()
        self.import_all()
        whole, _ = self.finish(self.train("whole", 6))
        fate = self.doom(2, "wait at epoch 2 told")
        job = self.train("paused", 6)
        for line in self.watch(job):
            if line["epoch"] == 2:
                break
        self.run_client("jobs", "cancel", job)
        *_, end = self.watch(job)
        self.assertEqual(end["state"], "CANCELLED")
        self.assertEqual(end["epoch"], 2)
        self.assertFalse(fate.exists())
        self.json("evaluate", "--model=paused", "--dataset=reviews", code=3)
        self.run_client("jobs", "resume", job)
        epochs, end = self.finish(job)
        self.assertEqual(end["state"], "SUCCEEDED")
        self.assertEqual(without_timings(epochs), without_timings(whole))

    def test_an_export_answers_in_numpy_as_the_server_does(self):
        self.start_server()
        self.import_all()
        for model, settings in (
                ("plain", ()),
                ("both", ("--set", "bidirectional=true", "--set",
                          "pooling=concat", "--set", "layers=2"))):
            self.finish(self.train(model, 2, *settings))
            out = self.folder / f"export-{model}"
            self.run_client("models", "export", model, f"--out={out}")
            # Words and single spaces only: every tokenizer agrees on them.
            texts = ["the film was wonderful", "dull story and awful music",
                     "it was not zyzzyva", "a " * 90 + "superb"]
            answers = self.json("predict", f"--model={model}",
                                *(f"--text={t}" for t in texts))["results"]
            script = pathlib.Path(__file__).parent / "numpy_model.py"
            python = os.environ.get("CAROUSEL_TEST_PYTHON", "python3")
            result = subprocess.run(
                [python, script, out], input="\n".join(texts) + "\n",
                capture_output=True, text=True, timeout=TIMEOUT, check=True)
            for answer, line in zip(answers, result.stdout.splitlines(),
                                    strict=True):
                self.assertAlmostEqual(answer["probability"], float(line),
                                       delta=1e-5)

    def test_two_servers_do_not_share_a_folder_or_a_port(self):
        self.start_server()
        second = subprocess.run(
            [BINARIES / "carouseld", f"--data_dir={self.data_dir}",
             "--listen=127.0.0.1:0"], capture_output=True, text=True,
            timeout=TIMEOUT)
        self.assertNotEqual(second.returncode, 0)
        self.assertIn("in use", second.stderr)
        other = self.folder / "other"
        third = subprocess.run(
            [BINARIES / "carouseld", f"--data_dir={other}",
             f"--listen={self.server.address}"], capture_output=True, text=True,
            timeout=TIMEOUT)
        self.assertNotEqual(third.returncode, 0)
        self.assertIn(self.server.address, third.stderr)

    def test_bad_input_is_refused_and_leaves_nothing(self):
        self.start_server()
        self.import_all()
        cut = self.folder / "cut.csv"
        cut.write_text('review,sentiment\n"good",positive\n"never closed')
        picture = self.folder / "picture.vec"
        picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
        cases = [
            (("dataset", "import", "absent", self.folder / "none.csv"), 4),
            (("dataset", "import", "bad name", self.folder / "reviews.csv"), 4),
            (("dataset", "import", "cut", cut), 4),
            (("dataset", "import", "wrong", self.folder / "reviews.csv",
              "--text_column=body"), 4),
            (("vectors", "import", "picture", picture), 4),
            (("predict", "--model=nothing", "--text=good"), 3),
            (("predict", "--model=../../etc/passwd", "--text=good"), 4),
            (("evaluate", "--model=nothing", "--dataset=reviews"), 3),
            (("jobs", "get", "job-999999"), 3),
            (("frobnicate",), 2),
        ]
        for arguments, code in cases:
            with self.subTest(arguments=arguments):
                self.run_client(*arguments, code=code)
        error = self.json("train", "--dataset=reviews", "--vectors=words",
                          "--model=m", "--set", "learning_rate=12", "--set",
                          "nonsense=1", "--set", "layers=99", code=4)["error"]
        self.assertEqual(error["code"], "INVALID_ARGUMENT")
        for part in ("learning_rate is 12; it must be in (0, 1]", "nonsense",
                     "layers is 99; it must be a whole number in [1, 8]"):
            self.assertIn(part, json.dumps(error))
        self.assertEqual([d["dataset"] for d in
                          self.json("dataset", "list")["datasets"]], ["reviews"])
        self.assertEqual(self.json("jobs", "list")["jobs"], [])
        self.assertEqual(list((self.data_dir / "tmp").iterdir()), [])

    def test_metrics_tell_of_training_and_serving(self):
        self.start_server()
        self.import_all()
        self.finish(self.train("film", 2))
        self.run_client("predict", "--model=film", "--text=a superb film")
        url = f"http://{self.server.metrics_address}/metrics"
        with urllib.request.urlopen(url, timeout=TIMEOUT) as reply:
            text = reply.read().decode()
        for part in ('carousel_train_loss{', 'split="validation"',
                     'carousel_predict_texts_total{', 'carousel_jobs{',
                     'state="SUCCEEDED"} 1', "process_resident_memory_bytes"):
            self.assertIn(part, text)

    @unittest.skipUnless(shutil.which("grpcurl") or os.environ.get("GRPCURL"),
                         "grpcurl is not installed")
    def test_grpcurl_lists_and_calls(self):
        self.start_server()
        grpcurl = os.environ.get("GRPCURL") or shutil.which("grpcurl")

        def call(*arguments):
            return subprocess.run(
                [grpcurl, "-plaintext", *arguments], capture_output=True,
                text=True, timeout=TIMEOUT, check=True).stdout

        services = call(self.server.address, "list").split()
        for service in ("carousel.v1.SentimentService", "grpc.health.v1.Health",
                        "carousel.v1.TrainingService",
                        "carousel.v1.ModelService",
                        "carousel.v1.DatasetService"):
            self.assertIn(service, services)
        health = json.loads(call(self.server.address,
                                 "grpc.health.v1.Health/Check"))
        self.assertEqual(health["status"], "SERVING")
        info = json.loads(call(self.server.address,
                               "carousel.v1.ServerService/GetServerInfo"))
        self.assertEqual(info["server"]["engine"], "fused")

    @unittest.skipUnless(shutil.which("grpcurl") or os.environ.get("GRPCURL"),
                         "grpcurl is not installed")
    def test_grpcurl_shows_a_key_over_tls(self):
        for name, *extensions in (("ca",), ("server", "-addext",
                                            "subjectAltName=IP:127.0.0.1",
                                            "-addext",
                                            "basicConstraints=CA:FALSE",
                                            "-CA", "ca.crt", "-CAkey", "ca.key")):
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                 "ec_paramgen_curve:P-256", "-noenc", "-subj", f"/CN={name}",
                 "-keyout", f"{name}.key", "-out", f"{name}.crt", *extensions],
                cwd=self.folder, capture_output=True, check=True)
        digest = hashlib.sha256(b"the-key").hexdigest()
        (self.folder / "keys").write_text(f"predict {digest} shop\n")
        address = self.start_server(
            f"--key_file={self.folder / 'keys'}",
            f"--tls_cert={self.folder / 'server.crt'}",
            f"--tls_key={self.folder / 'server.key'}").address
        grpcurl = os.environ.get("GRPCURL") or shutil.which("grpcurl")

        def call(method, *headers):
            return subprocess.run(
                [grpcurl, "-cacert", self.folder / "ca.crt", *headers, address,
                 method], capture_output=True, text=True, timeout=TIMEOUT)

        info = "carousel.v1.ServerService/GetServerInfo"
        shown = call(info, "-H", "authorization: Bearer the-key")
        self.assertEqual(json.loads(shown.stdout)["server"]["device"], "cpu")
        self.assertIn("Unauthenticated", call(info).stderr)
        refused = call("carousel.v1.ModelService/DeleteModel", "-H",
                       "authorization: Bearer the-key")
        self.assertIn("PermissionDenied", refused.stderr)
        health = call("grpc.health.v1.Health/Check")
        self.assertEqual(json.loads(health.stdout)["status"], "SERVING")

        command = [BINARIES / "carousel", f"--server={address}", "server",
                   "info", f"--tls_ca={self.folder / 'ca.crt'}"]
        for key, code in (("the-key", 0), ("another", 4), ("", 4)):
            result = subprocess.run(
                command, env={**os.environ, "CAROUSEL_KEY": key},
                capture_output=True, text=True, timeout=TIMEOUT)
            self.assertEqual(result.returncode, code, result.stderr)
            self.assertEqual("CAROUSEL_KEY" in result.stderr, code == 4)
        # A probe has no key, and no options but its environment's.
        probe = subprocess.run(
            [BINARIES / "carousel", "--json", "server", "health"],
            env={**os.environ, "CAROUSEL_SERVER": address,
                 "CAROUSEL_TLS_CA": str(self.folder / "ca.crt")},
            capture_output=True, text=True, timeout=TIMEOUT)
        self.assertEqual((probe.returncode, json.loads(probe.stdout)),
                         (0, {"status": "SERVING"}), probe.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
