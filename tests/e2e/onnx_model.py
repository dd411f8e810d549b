"""A model exported with --format=onnx, answered by ONNX Runtime.

The command line prints the probability of each text (one a line on standard
input, tokens separated by spaces, as the model's own tokenizer splits them),
all texts in one batch of the given number of steps, or as many as it needs:

    onnx_model.py MODEL_FOLDER [TIME] < tokenized_texts
"""

import json
import pathlib
import sys

import numpy as np
import onnxruntime

from numpy_model import UNKNOWN, cut


class OnnxModel:
    def __init__(self, folder):
        folder = pathlib.Path(folder)
        self.config = json.loads((folder / "config.json").read_text())
        lines = (folder / "vocabulary.txt").read_text("utf-8").split("\n")
        words = [line.split("\t")[0] for line in lines if line]
        self.index = {word: i for i, word in enumerate(words) if i > UNKNOWN}
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            folder / "model.onnx", options, providers=["CPUExecutionProvider"])

    def probabilities(self, texts, time=0):
        rows = [[self.index.get(token, UNKNOWN)
                 for token in cut(text, self.config)] for text in texts]
        lengths = np.array([len(row) for row in rows], np.int64)
        # Padding is any index at all: it must not be looked at.
        tokens = np.full((len(rows), max(time, *lengths)), UNKNOWN, np.int64)
        for row, ids in zip(tokens, rows):
            row[:len(ids)] = ids
        return self.session.run(
            ["probabilities"], {"tokens": tokens, "lengths": lengths})[0]


if __name__ == "__main__":
    model = OnnxModel(sys.argv[1])
    time = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    for value in model.probabilities([line.split() for line in sys.stdin], time):
        print(repr(float(value)))
