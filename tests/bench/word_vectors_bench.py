#!/usr/bin/env python3
"""Reads a large file of word vectors with Carousel and with gensim, in turn.

    ~/.cache/carousel/venv/bin/python tests/bench/word_vectors_bench.py

Makes a word2vec text file of a million words of 300 numbers (2.8 GB) in a
temporary folder, or takes --vectors, and keeps every 20th word of it. gensim
has no filter: it loads all, and what it is asked for is taken from that. Each
reads in a process of its own; the file is in the page cache, since it was just
read or written. Prints of each run the seconds of the read alone, without the
process's start and gensim's imports, and the peak of the process's anonymous
memory: RssAnon of /proc/PID/status, looked at every 5 ms, without what is
mapped of files, which the kernel takes back when it wants to. Checks that the
vectors kept are equal, bit for bit.
"""

import argparse
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]

GENSIM = """
import sys, time
from gensim.models import KeyedVectors
begin = time.perf_counter()
vectors = KeyedVectors.load_word2vec_format(sys.argv[1])
print(f"kept {len(vectors)} in {time.perf_counter() - begin:.3f} s", flush=True)
words = [line.rstrip("\\n") for line in open(sys.argv[2], encoding="utf-8")]
with open(sys.argv[3], "wb") as out:
    for word in words:
        out.write(word.encode() + b"\\n" + vectors[word].tobytes())
"""


def anonymous_bytes(pid):
    """What the process has of anonymous memory now; 0 when it is gone."""
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    found = re.search(r"RssAnon:\s+(\d+) kB", status)
    return int(found[1]) * 1024 if found else 0


def run(command):
    """(seconds that the program says it took, peak of its memory)."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    peak = 0
    while process.poll() is None:
        peak = max(peak, anonymous_bytes(process.pid))
        time.sleep(0.005)
    output = process.stdout.read()
    if process.returncode != 0:
        sys.exit(f"{command[0]} failed")
    return float(re.search(r"in ([\d.]+) s", output)[1]), peak


def make_words(vectors, out):
    """Every 20th word of the file."""
    with open(vectors, "rb") as lines, open(out, "wb") as words:
        next(lines)
        for number, line in enumerate(lines):
            if number % 20 == 0:
                words.write(line.split(b" ", 1)[0] + b"\n")


def median_and_range(values, unit, digits):
    middle, low, high = statistics.median(values), min(values), max(values)
    return f"{middle:.{digits}f} {unit} ({low:.{digits}f} to {high:.{digits}f})"


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=ROOT / "build/release/word_vectors_bench")
    parser.add_argument("--vectors", help="instead of a file that is made")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--dimension", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", help="for the temporary files")
    return parser.parse_args()


def main():
    options = parse_arguments()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        folder = pathlib.Path(folder)
        vectors = options.vectors or folder / "vectors.txt"
        if not options.vectors:
            subprocess.run(
                [options.binary, f"--make={vectors}", f"--rows={options.rows}",
                 f"--dimension={options.dimension}"], check=True)
        words = folder / "words.txt"
        make_words(vectors, words)
        contestants = {
            "carousel": [options.binary, f"--vectors={vectors}", f"--words={words}",
                         f"--out={folder / 'carousel'}"],
            "gensim": [sys.executable, "-c", GENSIM, vectors, words,
                       folder / "gensim"]}
        seconds = {name: [] for name in contestants}
        peaks = {name: [] for name in contestants}
        for round_number in range(options.rounds):
            order = list(contestants)[:: 1 if round_number % 2 == 0 else -1]
            for name in order:
                took, peak = run(contestants[name])
                seconds[name].append(took)
                peaks[name].append(peak / 1e6)
        same = (folder / "carousel").read_bytes() == (folder / "gensim").read_bytes()
    for name in contestants:
        print(f"{name:9} {median_and_range(seconds[name], 's', 2)}, "
              f"{median_and_range(peaks[name], 'MB anonymous', 1)}")
    speedup = statistics.median(seconds["gensim"]) / statistics.median(seconds["carousel"])
    share = statistics.median(peaks["carousel"]) / statistics.median(peaks["gensim"])
    print(f"{speedup:.1f} times as fast with {100 * share:.1f} % of the memory; "
          f"the vectors are {'the same' if same else 'NOT THE SAME'}")
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
