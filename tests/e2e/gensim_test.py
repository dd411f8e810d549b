"""Neighbours agree with gensim's most_similar on the same file."""

import json
import os
import pathlib
import random
import subprocess
import unittest

from carousel_test_case import TIMEOUT, CarouselTestCase

COUNT = 12
TOLERANCE = 1e-5  # gensim computes in single precision


def write_clustered_vectors(path, words=400, dimension=25, seed=7):
    """Words around forty centres, so that neighbours are near and differ."""
    draw = random.Random(seed)

    def point(width):
        return [draw.gauss(0, width) for _ in range(dimension)]

    centres = [point(1) for _ in range(40)]
    with open(path, "w") as file:
        file.write(f"{words} {dimension}\n")
        for word in range(words):
            length = draw.uniform(0.2, 5)  # which must not matter
            values = (length * (c + d) for c, d in
                      zip(centres[word % 40], point(0.6)))
            numbers = " ".join(f"{value:.6f}" for value in values)
            file.write(f"w{word} {numbers}\n")


def choose_queries(words=400, seed=8):
    draw = random.Random(seed)

    def some(count):
        return [f"w{draw.randrange(words)}" for _ in range(count)]

    return ([{"positive": some(1), "negative": []} for _ in range(8)]
            + [{"positive": some(2), "negative": some(1)} for _ in range(8)]
            + [{"positive": some(3), "negative": some(3)} for _ in range(4)]
            + [{"positive": ["w1", "w1", "w2"], "negative": []},
               {"positive": [], "negative": ["w3"]}])


class GensimTest(CarouselTestCase):
    def test_neighbours_are_gensims(self):
        file = self.folder / "words.vec"
        write_clustered_vectors(file)
        self.start_server()
        self.run_client("vectors", "import", "words", file)
        queries = choose_queries()
        for query, theirs in zip(queries, self.ask_gensim(file, queries),
                                 strict=True):
            ours = self.json("neighbours", "--vectors=words", f"--k={COUNT}",
                             *(f"--plus={word}" for word in query["positive"]),
                             *(f"--minus={word}" for word in query["negative"]))
            self.assertEqual(ours["query"], query)
            self.assertEqual(ours["unknown"], [])
            self.assertEqual([n["word"] for n in ours["neighbours"]],
                             [word for word, _ in theirs], query)
            for neighbour, (_, cosine) in zip(ours["neighbours"], theirs):
                self.assertAlmostEqual(neighbour["cosine"], cosine,
                                       delta=TOLERANCE)

    def ask_gensim(self, file, queries):
        script = pathlib.Path(__file__).with_name("gensim_neighbours.py")
        python = os.environ.get("CAROUSEL_TEST_PYTHON", "python3")
        result = subprocess.run(
            [python, script, file, str(COUNT)],
            input="".join(json.dumps(query) + "\n" for query in queries),
            capture_output=True, text=True, timeout=TIMEOUT, check=True)
        return [json.loads(line) for line in result.stdout.splitlines()]


if __name__ == "__main__":
    unittest.main()
