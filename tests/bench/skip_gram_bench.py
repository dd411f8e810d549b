#!/usr/bin/env python3
"""Trains word vectors with Carousel and with gensim's Word2Vec, in turn.

    ~/.cache/carousel/venv/bin/python tests/bench/skip_gram_bench.py TEXTS

TEXTS has a text a line, gzipped or not. Both train on the same tokens, those
of Carousel's tokenizer, with the same settings: skip-grams, 5 negatives, a
window of 5, 100 dimensions, words seen 5 times, sample 1e-3. Each round runs
both, and the order changes from round to round. Prints the words a second of
each epoch's median, the ratio, and how good the vectors are:

  wordsim353   Spearman's correlation of cosines with the judgements of people
               (Finkelstein et al. 2002; gensim brings them)
  polarity     of the 10 nearest neighbours of each word of sentiment among all
               such words, the share that has its polarity
"""

import argparse
import pathlib
import re
import statistics
import subprocess
import tempfile
import time

import numpy
from gensim.models import KeyedVectors, Word2Vec
from gensim.models.callbacks import CallbackAny2Vec
from gensim.test.utils import datapath

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = ["excellent", "boring", "actor", "zombie", "1980s"]


def sentiment_words():
    """{word: 1 or -1}: the lists that Carousel has built in."""
    source = (ROOT / "core/analysis/sentiment_words.cc").read_text(encoding="utf-8")
    polarity = {}
    for name, sign in [("kPositiveWords", 1), ("kNegativeWords", -1)]:
        words = re.search(name + r"\[\] = \{(.*?)\};", source, re.S)[1]
        polarity |= dict.fromkeys(re.findall(r'"(.+?)"', words), sign)
    return polarity


class EpochTimes(CallbackAny2Vec):
    def __init__(self):
        self.seconds = []

    def on_epoch_begin(self, model):
        self.begin = time.perf_counter()

    def on_epoch_end(self, model):
        self.seconds.append(time.perf_counter() - self.begin)


def train_gensim(tokens, options):
    """(words a second of each epoch, vectors)."""
    times = EpochTimes()
    model = Word2Vec(
        sentences=tokens, sg=1, hs=0, negative=5, window=5, vector_size=100,
        min_count=5, sample=1e-3, alpha=0.025, min_alpha=1e-4, seed=1,
        epochs=options.epochs, workers=options.threads, callbacks=[times])
    words = sum(model.wv.get_vecattr(word, "count") for word in model.wv.index_to_key)
    return [words / seconds for seconds in times.seconds], model.wv


def train_carousel(texts, out, options):
    """(words a second of each epoch, vectors)."""
    run = subprocess.run(
        [options.binary, f"--texts={texts}", f"--out={out}",
         f"--epochs={options.epochs}", f"--threads={options.threads}"],
        check=True, capture_output=True, text=True)
    epochs = re.findall(r"words (\d+) seconds ([\d.]+)", run.stdout)
    speeds = [int(words) / float(seconds) for words, seconds in epochs]
    return speeds, KeyedVectors.load_word2vec_format(out)


def polarity_share(vectors):
    polarity = {w: p for w, p in sentiment_words().items() if w in vectors}
    signs = numpy.array(list(polarity.values()))
    rows = numpy.array([vectors.get_vector(word, norm=True) for word in polarity])
    cosines = rows @ rows.T
    numpy.fill_diagonal(cosines, -2)
    nearest = numpy.argsort(-cosines, axis=1)[:, :10]
    return float((signs[nearest] == signs[:, None]).mean())


def describe(name, vectors):
    pairs = vectors.evaluate_word_pairs(datapath("wordsim353.tsv"))
    print(f"  {name:9} {len(vectors):,} words, wordsim353 {pairs[1].statistic:.3f} "
          f"({pairs[2]:.0f} % unknown), polarity {polarity_share(vectors):.3f}")
    for word in EXAMPLES:
        if word in vectors:
            near = " ".join(w for w, _ in vectors.most_similar(word, topn=6))
            print(f"    {word:10} {near}")


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts")
    parser.add_argument("--binary", default=ROOT / "build/release/skip_gram_bench")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def main():
    options = parse_arguments()
    with tempfile.TemporaryDirectory() as folder:
        token_file = pathlib.Path(folder) / "tokens.txt"
        out = pathlib.Path(folder) / "vectors.txt"
        subprocess.run(
            [options.binary, f"--texts={options.texts}", "--epochs=0",
             f"--tokens_out={token_file}"], check=True)
        with open(token_file, encoding="utf-8") as lines:
            tokens = [line.split() for line in lines]
        speeds = {"carousel": [], "gensim": []}
        vectors = {}
        contestants = [
            ("carousel", lambda: train_carousel(options.texts, out, options)),
            ("gensim", lambda: train_gensim(tokens, options))]
        for round_number in range(options.rounds):
            for name, train in contestants[:: 1 if round_number % 2 == 0 else -1]:
                epochs, vectors[name] = train()
                speeds[name] += epochs
    print(f"{options.threads} threads, {options.epochs} epochs, "
          f"{options.rounds} rounds in turn; words a second, of all epochs:")
    for name, values in speeds.items():
        print(f"  {name:9} median {statistics.median(values):,.0f} "
              f"({min(values):,.0f} to {max(values):,.0f})")
    ratio = statistics.median(speeds["carousel"]) / statistics.median(speeds["gensim"])
    print(f"  ratio     {ratio:.2f}")
    for name, trained in vectors.items():
        describe(name, trained)


if __name__ == "__main__":
    main()
