#!/usr/bin/env python3
"""Answering: the engine beside ONNX Runtime's LSTM operator, in turn.

    ~/.cache/carousel/venv/bin/python tests/bench/ort_bench.py [--build=DIR]
        [--threads=2] [--rounds=5] [--shape=0] [--batch=0]

The flags are those of forward_bench. The engine reads whole texts (embedding,
LSTM, pooling, head); ONNX Runtime the same tokens with the same weights, through
a Gather and an LSTM alone, which is told the lengths:

  padded    batches as they come
  bucketed  the whole set sorted by length, then cut into batches

Each is a process of its own, and while one reads the other waits for a line. The
weights and texts are those that build/release/answering_rounds writes. Prints
thousand tokens a second (median and range of the rounds), how many times as fast
the engine is, and how far ONNX Runtime's probabilities are from the engine's.
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import onnxruntime

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEPS = pathlib.Path(os.environ.get(
    "CAROUSEL_DEPS_DIR", pathlib.Path.home() / ".cache/carousel"))
# (name, embedding, hidden, directions): those of cases.cc.
SHAPES = [("E300 H256, one direction", 300, 256, 1),
          ("E100 H128, two directions", 100, 128, 2)]
# Our gates, f, i, c, o, in the operator's order, i, o, f, c.
GATES = [1, 3, 0, 2]


def onnx_messages(folder):
    """The classes of onnx.proto, of which scripts/setup has the file."""
    subprocess.run(
        [sys.executable, "-m", "grpc_tools.protoc", f"-I{DEPS / 'onnx'}",
         f"--python_out={folder}", "onnx/onnx.proto"], check=True)
    sys.path.insert(0, str(folder))
    from onnx import onnx_pb2  # pylint: disable=import-outside-toplevel
    return onnx_pb2


class Engine:
    """answering_rounds of one shape, and what it has written."""

    def __init__(self, program, shape, threads, folder):
        self.folder = folder
        self.process = subprocess.Popen(
            [program, f"--shape={shape}", f"--threads={threads}",
             f"--folder={folder}"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.kernels = self.process.stdout.readline().strip()

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline()

    def read(self, name):
        types = {".f32": np.float32, ".f64": np.float64, ".i64": np.int64}
        return np.fromfile(self.folder / name, types[pathlib.Path(name).suffix])

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def lstm_operands(engine, embedding, hidden, directions):
    """W, R and B as the operator takes them."""
    w, r, b = [], [], []
    for d in range(directions):
        weight = engine.read(f"weight{d}.f32").reshape(
            4, hidden, hidden + embedding)[GATES].reshape(4 * hidden, -1)
        bias = engine.read(f"bias{d}.f32").reshape(4, hidden)[GATES].ravel()
        r.append(weight[:, :hidden])
        w.append(weight[:, hidden:])
        b.append(np.concatenate([bias, np.zeros_like(bias)]))
    return [np.ascontiguousarray(np.stack(part)) for part in (w, r, b)]


def make_model(onnx, engine, embedding, hidden, directions):
    """tokens [time, batch], lengths [batch] -> outputs [time, direction, batch,
    hidden]."""
    model = onnx.ModelProto(ir_version=8)
    model.opset_import.add(version=17)
    graph = model.graph
    graph.name = "lstm"
    w, r, b = lstm_operands(engine, embedding, hidden, directions)
    table = engine.read("embedding.f32").reshape(-1, embedding)
    for name, value in [("table", table), ("w", w), ("r", r), ("b", b)]:
        graph.initializer.add(
            name=name, dims=value.shape, data_type=onnx.TensorProto.FLOAT,
            raw_data=value.tobytes())
    graph.node.add(op_type="Gather", input=["table", "tokens"], output=["x"])
    lstm = graph.node.add(op_type="LSTM", input=["x", "w", "r", "b", "lengths"],
                          output=["outputs"])
    lstm.attribute.add(name="hidden_size", i=hidden,
                       type=onnx.AttributeProto.INT)
    lstm.attribute.add(
        name="direction", type=onnx.AttributeProto.STRING,
        s=b"bidirectional" if directions == 2 else b"forward")
    for values, name, kind, rank in [
            (graph.input, "tokens", onnx.TensorProto.INT64, 2),
            (graph.input, "lengths", onnx.TensorProto.INT32, 1),
            (graph.output, "outputs", onnx.TensorProto.FLOAT, 4)]:
        tensor = values.add(name=name).type.tensor_type
        tensor.elem_type = kind
        for axis in range(rank):
            tensor.shape.dim.add(dim_param=f"{name}{axis}")
    return model.SerializeToString()


class Runtime:
    """Batches that are bound to a session, so that a run copies nothing."""

    def __init__(self, session, texts, batch, bucketed):
        self.session = session
        order = list(range(len(texts)))
        if bucketed:
            order.sort(key=lambda i: len(texts[i]))
        self.batches = [order[i:i + batch] for i in range(0, len(order), batch)]
        self.texts = texts
        self.bound = [self.bind([texts[i] for i in rows])
                      for rows in self.batches]

    def bind(self, texts):
        lengths = np.array([len(text) for text in texts], np.int32)
        tokens = np.zeros((lengths.max(), len(texts)), np.int64)
        for row, text in enumerate(texts):
            tokens[:len(text), row] = text
        binding = self.session.io_binding()
        binding.bind_cpu_input("tokens", tokens)
        binding.bind_cpu_input("lengths", lengths)
        binding.bind_output("outputs", "cpu")
        return binding

    def run(self):
        begin = time.perf_counter()
        for binding in self.bound:
            self.session.run_with_iobinding(binding)
        return time.perf_counter() - begin

    def probabilities(self, head):
        probabilities = np.zeros(len(self.texts))
        for rows, binding in zip(self.batches, self.bound):
            self.session.run_with_iobinding(binding)
            outputs = binding.copy_outputs_to_cpu()[0]
            for row, text in enumerate(rows):
                probabilities[text] = probability(
                    outputs[:len(self.texts[text]), :, row], head)
        return probabilities


def probability(outputs, head):
    """Of [time, direction, hidden]: the poolings and the head."""
    h = outputs.astype(np.float64)
    last = np.concatenate([h[-1, 0], *h[0, 1:]])
    pooled = np.concatenate([h.max(0).ravel(), h.mean(0).ravel(), last])
    return 1 / (1 + np.exp(-pooled @ head))


def race(contestants, rounds):
    """{name: seconds of each counted round}."""
    seconds = {name: [] for name, _ in contestants}
    for number in range(rounds + 1):
        for name, run in contestants:
            took = run()
            if number:
                seconds[name].append(took)
    return seconds


def report(seconds, tokens, agreement):
    ours = statistics.median(seconds["engine=fused"])
    for name, times in seconds.items():
        median = statistics.median(times)
        rates = "{:.1f} ({:.1f} to {:.1f})".format(
            *(1e-3 * tokens / t for t in (median, max(times), min(times))))
        print(f"    {name:24} {rates:26} {median / ours:6.2f} x"
              f"  {agreement.get(name, '')}".rstrip())
    best = min((name for name in seconds if name != "engine=fused"),
               key=lambda name: statistics.median(seconds[name]))
    print(f"    against the best, {best}: "
          f"{statistics.median(seconds[best]) / ours:.2f} x", flush=True)


def agree(theirs, ours):
    equal = np.sum((theirs >= 0.5) == (ours >= 0.5))
    return (f"within {np.abs(theirs - ours).max():.1e}, "
            f"{equal} of {len(ours)} labels")


def compare(session, engine, batch, full_length, rounds):
    engine.ask(f"case {batch} {'full' if full_length else 'reviews'}")
    ends = np.cumsum(engine.read("lengths.i64"))
    texts = np.split(engine.read("tokens.i64"), ends[:-1])
    print(f"  batch {batch}, "
          f"{'200 tokens each' if full_length else 'lengths of reviews'}, "
          f"{len(texts)} texts: thousand tokens a second")
    peers = {"ONNX Runtime padded": Runtime(session, texts, batch, False)}
    if not full_length and batch > 1:
        peers["ONNX Runtime bucketed"] = Runtime(session, texts, batch, True)
    seconds = race(
        [*((name, peer.run) for name, peer in peers.items()),
         ("engine=fused", lambda: float(engine.ask("run")))], rounds)
    engine.ask("answer")
    ours = engine.read("probabilities.f64")
    head = engine.read("head.f32")
    report(seconds, ends[-1], {name: agree(peer.probabilities(head), ours)
                               for name, peer in peers.items()})


def compare_shape(onnx, number, options, folder):
    name, *sizes = SHAPES[number - 1]
    engine = Engine(options.build / "answering_rounds", number, options.threads,
                    folder)
    print(f"{name}; {engine.kernels}")
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = options.threads
    # Or its threads could spin on while the engine has its turn.
    settings.add_session_config_entry("session.force_spinning_stop", "1")
    session = onnxruntime.InferenceSession(
        make_model(onnx, engine, *sizes), settings,
        providers=["CPUExecutionProvider"])
    for batch in [options.batch] if options.batch else [1, 8, 64, 256]:
        for full_length in (True, False):
            compare(session, engine, batch, full_length, options.rounds)
    engine.close()


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path,
                        default=ROOT / "build/release")
    for name, value in [("threads", 2), ("rounds", 5), ("shape", 0),
                        ("batch", 0)]:
        parser.add_argument(f"--{name}", type=int, default=value)
    options = parser.parse_args()
    print(f"{options.threads} threads, ONNX Runtime {onnxruntime.__version__}")
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        onnx = onnx_messages(folder)
        for number in [options.shape] if options.shape else [1, 2]:
            compare_shape(onnx, number, options, folder)


if __name__ == "__main__":
    main()
