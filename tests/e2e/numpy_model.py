"""A saved model in numpy alone: docs/model_format.md, line by line.

The command line prints the probability of each text (one a line on standard
input, tokens separated by spaces, as the model's own tokenizer splits them):

    numpy_model.py MODEL_FOLDER < tokenized_texts
"""

import json
import pathlib
import sys

import numpy as np
from safetensors.numpy import load_file

UNKNOWN = 1


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def cut(tokens, config):
    limit = config["max_tokens"]
    if len(tokens) <= limit:
        return tokens
    if config["truncate"] == "head":
        return tokens[:limit]
    if config["truncate"] == "tail":
        return tokens[-limit:]
    head = limit // 4
    return tokens[:head] + tokens[len(tokens) - (limit - head):]


class NumpyModel:
    def __init__(self, folder):
        folder = pathlib.Path(folder)
        self.config = json.loads((folder / "config.json").read_text())
        lines = (folder / "vocabulary.txt").read_text("utf-8").split("\n")
        words = [line.split("\t")[0] for line in lines if line]
        self.index = {word: i for i, word in enumerate(words) if i > UNKNOWN}
        tensors = load_file(folder / "model.safetensors")
        self.tensors = {k: v.astype(np.float64) for k, v in tensors.items()}

    def run_direction(self, prefix, inputs):
        gate = {g: (self.tensors[f"{prefix}.W_{g}"],
                    self.tensors[f"{prefix}.b_{g}"]) for g in "fico"}
        hidden = gate["f"][0].shape[0]
        h, c = np.zeros(hidden), np.zeros(hidden)
        outputs = []
        for x in inputs:
            hx = np.concatenate([h, x])
            f, i, candidate, o = (gate[g][0] @ hx + gate[g][1] for g in "fico")
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(candidate)
            h = sigmoid(o) * np.tanh(c)
            outputs.append(h)
        return np.array(outputs)

    def run_layer(self, layer, inputs):
        prefix = f"layers.{layer}"
        outputs = self.run_direction(f"{prefix}.forward", inputs)
        if not self.config["bidirectional"]:
            return outputs, outputs[-1]
        backward = self.run_direction(f"{prefix}.backward", inputs[::-1])[::-1]
        return (np.concatenate([outputs, backward], axis=1),
                np.concatenate([outputs[-1], backward[0]]))

    def probability(self, tokens):
        ids = [self.index.get(t, UNKNOWN) for t in cut(tokens, self.config)]
        outputs = self.tensors["embedding"][ids]
        for layer in range(self.config["layers"]):
            outputs, last = self.run_layer(layer, outputs)
        pooled = {
            "last": lambda: last,
            "max": lambda: outputs.max(0),
            "mean": lambda: outputs.mean(0),
            "concat": lambda: np.concatenate(
                [outputs.max(0), outputs.mean(0), last]),
        }[self.config["pooling"]]()
        return float(sigmoid(self.tensors["head.weight"][0] @ pooled
                             + self.tensors["head.bias"][0]))


if __name__ == "__main__":
    model = NumpyModel(sys.argv[1])
    for line in sys.stdin:
        print(repr(model.probability(line.split())))
