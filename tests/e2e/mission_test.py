"""Every command of docs/mission.md, in order, as a person would type them."""

import os
import pathlib
import re
import subprocess
import unittest

from carousel_test_case import (BINARIES, TIMEOUT, CarouselTestCase,
                                write_reviews, write_vectors)

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/mission.md"


def commands():
    """The page's shell blocks by the heading that they stand under."""
    for section in PAGE.read_text().split("\n## ")[1:]:
        title = section.split("\n", 1)[0]
        for block in re.findall(r"```sh\n(.*?)```", section, re.S):
            yield title, block


class MissionTest(CarouselTestCase):
    def test_every_command_of_the_page_does_what_it_says(self):
        write_reviews(self.folder / "IMDB.csv", 240)
        write_reviews(self.folder / "test.csv", 20, seed=5, labelled=False)
        texts = self.folder / "unlabelled.csv"
        write_reviews(texts, 60, seed=6)
        lines = texts.read_text().splitlines()
        texts.write_text("".join(line.rsplit(",", 1)[0] + "\n" for line in lines))
        write_vectors(self.folder / "glove.txt")
        self.start_server()
        path = os.pathsep.join(
            [str(BINARIES.resolve()), str(BINARIES.resolve() / "tests"),
             os.environ["PATH"]])
        ran = 0
        for title, block in commands():
            with self.subTest(row=title):
                result = subprocess.run(
                    ["bash", "-euo", "pipefail", "-c", block], text=True,
                    cwd=self.folder, capture_output=True, timeout=TIMEOUT,
                    env={**os.environ, "PATH": path,
                         "CAROUSEL_SERVER": self.server.address})
                self.assertEqual(result.returncode, 0,
                                 result.stdout + result.stderr)
                ran += 1
        self.assertGreater(ran, 10)
        submission = (self.folder / "submission.csv").read_text().splitlines()
        self.assertEqual(submission[0], "id,sentiment")
        self.assertEqual(len(submission), 21)
        curves = (self.folder / "curves.json").read_text().splitlines()
        self.assertEqual(len(curves), 51)  # the epochs, then the job
        for made in ("words.html", "words3d.html", "saved/model.safetensors",
                     "saved_onnx/model.onnx"):
            self.assertGreater((self.folder / made).stat().st_size, 100, made)


if __name__ == "__main__":
    unittest.main(verbosity=2)
