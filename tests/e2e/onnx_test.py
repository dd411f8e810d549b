"""An export as ONNX answers in ONNX Runtime as the server does."""

import itertools
import os
import pathlib
import subprocess
import unittest

from carousel_test_case import TIMEOUT, CarouselTestCase

# Words and single spaces only: every tokenizer agrees on them. Of one token, of
# some, of more than max_tokens.
TEXTS = ["superb", "the film was wonderful", "dull story and awful music",
         "it was not zyzzyva", "a " * 90 + "superb",
         "boring plot with a charming actor in a terrible scene of the film"]


class OnnxTest(CarouselTestCase):
    def test_every_configuration_answers_as_the_server_does(self):
        self.start_server()
        self.import_all()
        grid = itertools.product(("last", "max", "mean", "concat"),
                                 (False, True), (1, 2))
        deep = [("concat", True, 8), ("last", False, 8)]
        for number, (pooling, bidirectional, layers) in enumerate(
                [*grid, *deep]):
            with self.subTest(pooling=pooling, bidirectional=bidirectional,
                              layers=layers):
                self.check(f"model-{number}", pooling, bidirectional, layers)

    def check(self, model, pooling, bidirectional, layers):
        *_, end = self.watch(self.train(
            model, 1, "--set", f"pooling={pooling}", "--set",
            f"bidirectional={str(bidirectional).lower()}", "--set",
            f"layers={layers}"))
        self.assertEqual(end["state"], "SUCCEEDED")
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
        self.assertEqual(len(set(expected)), len(expected))
        # Alone, beside the others, and beside more padding than anybody needs.
        alone = [self.answers(out, [text])[0] for text in TEXTS[:2]]
        for answers in (self.answers(out, TEXTS),
                        self.answers(out, TEXTS, 100), alone):
            for answer, value in zip(answers, expected):
                self.assertAlmostEqual(answer, value, delta=1e-5)

    def answers(self, folder, texts, time=0):
        script = pathlib.Path(__file__).parent / "onnx_model.py"
        python = os.environ.get("CAROUSEL_TEST_PYTHON", "python3")
        result = subprocess.run(
            [python, script, folder, str(time)],
            input="".join(f"{text}\n" for text in texts), capture_output=True,
            text=True, timeout=TIMEOUT)
        self.assertEqual(result.returncode, 0, result.stderr)
        return [float(line) for line in result.stdout.splitlines()]


if __name__ == "__main__":
    unittest.main(verbosity=2)
