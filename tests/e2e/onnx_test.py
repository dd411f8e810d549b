"""An export as ONNX answers in ONNX Runtime as the server does.

The models have random weights and are imported: what training would make of
them is of no account here. The largest difference goes to standard error.
"""

import itertools
import json
import os
import pathlib
import subprocess
import sys
import unittest

from carousel_test_case import TIMEOUT, CarouselTestCase

# Words and single spaces only: every tokenizer agrees on them. Of one token, of
# some, of more than max_tokens.
TEXTS = ["superb", "the film was wonderful", "dull story and awful music",
         "it was not zyzzyva", "a " * 90 + "superb",
         "boring plot with a charming actor in a terrible scene of the film"]
SETTINGS = [{"pooling": pooling, "bidirectional": bidirectional,
             "layers": layers}
            for pooling, bidirectional, layers in [
                *itertools.product(("last", "max", "mean", "concat"),
                                   (False, True), (1, 2)),
                ("concat", True, 8), ("last", False, 8)]]


class OnnxTest(CarouselTestCase):
    def test_every_configuration_answers_as_the_server_does(self):
        self.start_server()
        folders = [self.folder / f"model-{number}"
                   for number in range(len(SETTINGS))]
        self.run_script("random_model.py", input="".join(
            json.dumps({"folder": str(folder), **settings}) + "\n"
            for folder, settings in zip(folders, SETTINGS)))
        self.largest = 0
        for folder, settings in zip(folders, SETTINGS):
            with self.subTest(**settings):
                self.check(folder)
        print(f"{len(SETTINGS)} configurations, largest difference "
              f"{self.largest:.2e}", file=sys.stderr, flush=True)

    def check(self, folder):
        model = folder.name
        self.run_client("models", "import", model, folder)
        out = self.folder / f"export-{model}"
        exported = self.json("models", "export", model, f"--out={out}",
                             "--format=onnx")
        self.assertEqual(sorted(p.name for p in out.iterdir()),
                         ["config.json", "model.onnx", "vocabulary.txt"])
        self.assertEqual(len(exported["files"]), 3)
        self.assertEqual(list((self.data_dir / "tmp").iterdir()), [])
        expected = [r["probability"] for r in self.json(
            "predict", f"--model={model}",
            *(f"--text={t}" for t in TEXTS))["results"]]
        # No two texts may look alike, or a mix-up would not show.
        for one, other in itertools.combinations(expected, 2):
            self.assertGreater(abs(one - other), 3e-5)
        # Alone, beside the others, and beside more padding than anybody needs.
        for texts, time in ((TEXTS, 0), (TEXTS, 100),
                            *(([text], 0) for text in TEXTS[:2])):
            for text, answer in zip(texts, self.answers(out, texts, time),
                                    strict=True):
                difference = abs(answer - expected[TEXTS.index(text)])
                self.largest = max(self.largest, difference)
                self.assertLessEqual(difference, 1e-5)

    def answers(self, folder, texts, time):
        printed = self.run_script(
            "onnx_model.py", folder, str(time),
            input="".join(f"{text}\n" for text in texts))
        return [float(line) for line in printed.splitlines()]

    def run_script(self, name, *arguments, input):
        result = subprocess.run(
            [os.environ.get("CAROUSEL_TEST_PYTHON", "python3"),
             pathlib.Path(__file__).parent / name, *arguments],
            input=input, capture_output=True, text=True, timeout=TIMEOUT)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout


if __name__ == "__main__":
    unittest.main(verbosity=2)
