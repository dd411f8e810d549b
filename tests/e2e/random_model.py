"""Writes model folders (docs/model_format.md) with random weights.

    random_model.py < settings

Each line of standard input is a JSON object: "folder", and of config.json what
is to differ from the least there can be. The words are those of WORDS.
"""

import json
import pathlib
import sys

import numpy as np
from safetensors.numpy import save_file

WORDS = ("the film was and its story actor wonderful superb charming awful "
         "boring dull terrible a in of with it not music plot scene").split()
TEXT = {"strip_html": True, "normalize_unicode": True, "lowercase": True,
        "keep_punctuation": False, "split_contractions": False}


def write_model(folder, settings, draw):
    config = {"format": 1, "text": TEXT, "max_tokens": 40,
              "truncate": "head_tail", "vocabulary_size": len(WORDS) + 2,
              "embedding_size": 4, "hidden_size": 5, "layers": 1,
              "bidirectional": False, "pooling": "last",
              "label_names": ["negative", "positive"], "majority_label": 1,
              **settings}
    inputs, hidden = config["embedding_size"], config["hidden_size"]
    directions = ["forward", "backward"][:1 + config["bidirectional"]]

    # Large enough for every gate to open and close, and for texts to differ
    # through many layers.
    def tensor(*shape):
        return draw.normal(0, 1, shape).astype(np.float32)

    tensors = {"embedding": tensor(config["vocabulary_size"], inputs)}
    tensors["embedding"][0] = 0
    for layer in range(config["layers"]):
        for direction in directions:
            for gate in "fico":
                prefix = f"layers.{layer}.{direction}"
                tensors[f"{prefix}.W_{gate}"] = tensor(hidden, hidden + inputs)
                tensors[f"{prefix}.b_{gate}"] = tensor(hidden)
        inputs = len(directions) * hidden
    pooled = inputs * (3 if config["pooling"] == "concat" else 1)
    tensors["head.weight"], tensors["head.bias"] = tensor(1, pooled), tensor(1)

    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config))
    counts = [*range(len(WORDS), 0, -1)]
    lines = ["<pad>\t0", "<unk>\t0",
             *(f"{word}\t{count}" for word, count in zip(WORDS, counts))]
    (folder / "vocabulary.txt").write_text("\n".join(lines) + "\n")
    save_file(tensors, folder / "model.safetensors")


if __name__ == "__main__":
    generator = np.random.default_rng(5)
    for line in sys.stdin:
        wanted = json.loads(line)
        write_model(pathlib.Path(wanted.pop("folder")), wanted, generator)
