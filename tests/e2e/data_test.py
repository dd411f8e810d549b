"""Data in all its forms through the real binaries: texts without labels, texts
that stand in two datasets, binary vectors and their counts."""

import csv
import gzip
import json
import struct
import unittest

from carousel_test_case import (BAD, GOOD, NEUTRAL, CarouselTestCase,
                                write_reviews, write_vectors)


def read_text_vectors(path):
    """(word, numbers) of each line of a word2vec text file."""
    with open(path) as file:
        next(file)
        for line in file:
            word, *numbers = line.split()
            yield word, [float(number) for number in numbers]


def write_binary_vectors(path, vectors, line_end=b""):
    """As gensim's save_word2vec_format(binary=True) does; with a line end as
    word2vec itself."""
    vectors = list(vectors)
    with gzip.open(path, "wb") if path.suffix == ".gz" else open(path, "wb") as file:
        file.write(b"%d %d\n" % (len(vectors), len(vectors[0][1])))
        for word, numbers in vectors:
            file.write(word.encode() + b" " +
                       struct.pack(f"<{len(numbers)}f", *numbers) + line_end)


class DataTest(CarouselTestCase):
    def setUp(self):
        super().setUp()
        self.start_server()

    def write_texts(self, name, texts, header="review"):
        path = self.folder / name
        with open(path, "w", newline="") as file:
            csv.writer(file).writerows([[header], *([text] for text in texts)])
        return path

    def test_texts_without_labels_are_kept_and_never_trained_on(self):
        self.import_all()
        path = self.write_texts("texts.csv", ["One film.", "ONE  film.", "Two"])
        imported = self.json("dataset", "import", "texts", path, "--unlabelled")
        self.assertEqual((imported["rows"], imported["duplicates"]), (3, 1))
        self.assertEqual((imported["labels"], imported["splits"]), ({}, {}))
        listed = {dataset["dataset"]: dataset["unlabelled"]
                  for dataset in self.json("dataset", "list")["datasets"]}
        self.assertEqual(listed, {"reviews": False, "texts": True})
        self.run_client("dataset", "import", "texts", path, "--unlabelled")
        refused = self.run_client("train", "--dataset=texts",
                                  "--vectors=words", "--model=m", code=4)
        self.assertIn("no labels to learn from", refused.stderr)
        self.assertEqual(self.json("jobs", "list")["jobs"], [])
        *_, end = self.watch(self.train("film", 1))
        self.assertEqual(end["state"], "SUCCEEDED", end)
        refused = self.run_client("evaluate", "--model=film", "--dataset=texts",
                                  code=4)
        self.assertIn("no labels to measure by", refused.stderr)
        # They outlive the server.
        self.assertEqual(self.server.stop(), 0)
        self.start_server()
        self.assertTrue(self.json("dataset", "describe", "texts")["unlabelled"])
        self.run_client("dataset", "delete", "texts")

    def test_what_a_header_lacks_comes_with_the_flag_that_helps(self):
        path = self.write_texts("texts.csv", ["good", "bad"])
        refused = self.run_client("dataset", "import", "texts", path, code=4)
        self.assertIn("--unlabelled", refused.stderr)
        refused = self.run_client("dataset", "import", "texts", path,
                                  "--unlabelled", "--split=70/20/10", code=4)
        self.assertIn("split is", refused.stderr)

    def test_texts_that_stand_in_two_datasets_are_found(self):
        write_reviews(self.folder / "reviews.csv", 60)
        self.run_client("dataset", "import", "reviews",
                        self.folder / "reviews.csv")
        with open(self.folder / "reviews.csv", newline="") as file:
            _, *rows = csv.reader(file)
        texts = self.write_texts(
            "texts.csv", [rows[3][0].upper(), "elsewhere", f" {rows[7][0]} "])
        self.run_client("dataset", "import", "texts", texts, "--unlabelled")
        self.run_client("dataset", "import", "others",
                        self.write_texts("others.csv", ["nowhere"]),
                        "--unlabelled")
        described = self.json("dataset", "describe", "reviews", "--compare=all")
        overlaps = {o["dataset"]: o for o in described["overlaps"]}
        self.assertEqual(overlaps["others"]["rows"], 0)
        self.assertEqual(overlaps["texts"]["rows"], 2)
        self.assertEqual(sum(overlaps["texts"]["splits"].values()), 2)
        self.assertEqual(overlaps["texts"]["other_splits"], {})
        turned = self.json("dataset", "describe", "texts",
                           "--compare=reviews")["overlaps"]
        self.assertEqual(turned[0]["rows"], 2)
        self.assertEqual(turned[0]["other_splits"],
                         overlaps["texts"]["splits"])
        self.run_client("dataset", "describe", "texts", "--compare=nothing",
                        code=3)
        self.run_client("dataset", "describe", "texts", "--compare=texts",
                        code=4)

    def test_a_description_says_what_vectors_lack(self):
        self.import_all()
        few = self.folder / "few.vec"
        few.write_text("".join(f"{word} 1 2\n" for word in NEUTRAL + GOOD))
        self.run_client("vectors", "import", "few", few)
        coverage = self.json("dataset", "describe", "reviews", "--vectors=few",
                             "--unknown=3")["coverage"]
        counts = dict.fromkeys(BAD, 0)
        with open(self.folder / "reviews.csv", newline="") as file:
            for text, _ in csv.reader(file):
                for word in text.split():
                    if word in counts:
                        counts[word] += 1
        expected = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        self.assertEqual([(w["word"], w["count"]) for w in coverage["unknown"]],
                         expected[:3])
        shown = self.run_client("dataset", "describe", "reviews",
                                "--vectors=few").stdout
        self.assertIn(expected[0][0], shown)
        self.assertRegex(shown, r"TOKENS +NEGATIVE +POSITIVE\n")

    def test_binary_vectors_are_those_of_the_text(self):
        self.import_all()
        vectors = list(read_text_vectors(self.folder / "words.vec"))
        write_binary_vectors(self.folder / "gensim.bin", vectors)
        write_binary_vectors(self.folder / "word2vec.bin.gz", vectors, b"\n")
        projections = []
        for name, file in (("gensim", "gensim.bin"),
                           ("word2vec", "word2vec.bin.gz")):
            imported = self.json("vectors", "import", name, self.folder / file)
            self.assertEqual(imported["format"], "word2vec-binary")
            self.assertEqual(imported["words"], len(vectors))
            projections.append(self.json("projection", f"--vectors={name}",
                                         "--top=20")["points"])
        text = self.json("projection", "--vectors=words", "--top=20")["points"]
        self.assertEqual(projections, [text, text])
        # Training reads them too, to the same model.
        ends = []
        for name in ("words", "gensim"):
            job = self.json("train", "--dataset=reviews", f"--vectors={name}",
                            f"--model=by-{name}", "--epochs=1", "--seed=3",
                            "--set", "hidden_size=12")["job"]
            *_, end = self.watch(job)
            self.assertEqual(end["state"], "SUCCEEDED", end)
            ends.append(end["best_validation_accuracy"])
        self.assertEqual(ends[0], ends[1])

    def test_broken_binary_vectors_are_named(self):
        write_vectors(self.folder / "words.vec")
        path = self.folder / "words.bin"
        write_binary_vectors(path, read_text_vectors(self.folder / "words.vec"))
        whole = path.read_bytes()
        refused = self.run_client("vectors", "import", "words", path,
                                  "--format=glove", code=4)
        self.assertIn("the file holds word2vec-binary", refused.stderr)
        path.write_bytes(whole[:-5])
        refused = self.run_client("vectors", "import", "words", path, code=4)
        self.assertIn(f"word {len(GOOD + BAD + NEUTRAL)}", refused.stderr)
        at = whole.index(b"\n") + 1 + len(GOOD[0]) + 1
        path.write_bytes(whole[:at] + struct.pack("<f", float("nan")) +
                         whole[at + 4:])
        refused = self.run_client("vectors", "import", "words", path, code=4)
        self.assertIn(f"word 1, byte {at}", refused.stderr)
        self.assertEqual(self.json("vectors", "list")["vectors"], [])

    def test_vectors_keep_the_counts_that_come_with_them(self):
        write_vectors(self.folder / "words.vec")
        words = GOOD + BAD + NEUTRAL
        vocabulary = self.folder / "words.vocab"
        vocabulary.write_text(
            "".join(f"{word} {i}\n" for i, word in enumerate(words[1:])))
        result = self.run_client("--json", "vectors", "import", "words",
                                 self.folder / "words.vec",
                                 f"--vocab={vocabulary}")
        self.assertIn(f"1 of {len(words)} words have no count", result.stderr)
        self.assertTrue(json.loads(result.stdout)["has_counts"])
        self.assertTrue(self.json("vectors", "list")["vectors"][0]["has_counts"])
        self.assertEqual(
            (self.data_dir / "vectors/words/counts").read_bytes(),
            vocabulary.read_bytes())
        vocabulary.write_text("zebra 1\n")
        self.run_client("vectors", "import", "others",
                        self.folder / "words.vec", f"--vocab={vocabulary}",
                        code=4)


if __name__ == "__main__":
    unittest.main(verbosity=2)
