"""A Python client with grpcio alone: the code of docs/python.md, as it stands
there, against a real server."""

import ast
import gzip
import os
import pathlib
import re
import subprocess
import sys
import unittest

from carousel_test_case import (TIMEOUT, CarouselTestCase, write_reviews,
                                write_vectors)

ROOT = pathlib.Path(__file__).resolve().parents[2]
PYTHON = os.environ.get("CAROUSEL_TEST_PYTHON", sys.executable)
PAGE = (ROOT / "docs/python.md").read_text()
CELLS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.M | re.S)
CODE = "".join(CELLS)


class PythonClientTest(CarouselTestCase):
    def setUp(self):
        super().setUp()
        (self.folder / "proto").symlink_to(ROOT / "proto")
        (self.folder / "demo").mkdir()
        write_reviews(self.folder / "demo/reviews.csv", 240)
        words = self.folder / "words.txt"
        write_vectors(words)
        (self.folder / "demo/glove.txt.gz").write_bytes(
            gzip.compress(words.read_bytes()))

    def run_python(self, code, *path):
        result = subprocess.run(
            [PYTHON, "-c", code], cwd=self.folder, capture_output=True,
            text=True, timeout=TIMEOUT,
            env={**os.environ, "CAROUSEL_SERVER": self.server.address,
                 "PYTHONPATH": os.pathsep.join(path)})
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return result.stdout.splitlines()

    def test_the_page_trains_watches_predicts_and_projects(self):
        self.start_server()
        lines = self.run_python(CODE + "\nprint(len(points), len(points[0]))")
        epochs, (end, *answers, size) = lines[:3], lines[3:]
        self.assertEqual([line.split()[0] for line in epochs], list("123"))
        self.assertEqual(end.split()[0], "STATE_SUCCEEDED", end)
        self.assertEqual(float(end.split()[1]),
                         max(float(line.split()[2]) for line in epochs))
        for answer in answers:
            label, probability, *_ = answer.split()
            self.assertEqual(label, "positive" if float(probability) >= 0.5
                             else "negative")
        self.assertEqual(len(answers), 2)
        count, coordinates = map(int, size.split())
        self.assertGreater(count, 0)
        self.assertEqual(coordinates, 3)  # the word, x, y
        # What the notebook made is there for everybody.
        self.assertEqual(self.json("models", "get", "notebook")["version"], 1)

    def test_the_page_needs_grpcio_and_less_than_forty_lines(self):
        self.assertLess(len(CODE.splitlines()), 40)
        imported = set()
        for node in ast.walk(ast.parse(CODE)):
            if isinstance(node, ast.Import):
                imported |= {name.name.split(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(node.module.split(".")[0])
        self.assertEqual(imported - sys.stdlib_module_names, {"grpc"})

    def test_the_protos_compile_as_the_page_says(self):
        self.start_server()
        commands = [line.strip() for line in PAGE.splitlines()
                    if line.startswith(("    mkdir", "    python -m"))]
        self.assertEqual(len(commands), 2)
        subprocess.run(["bash", "-ec", "\n".join(commands).replace(
            "python -m", f"{PYTHON} -m")], cwd=self.folder, check=True,
            timeout=TIMEOUT)
        modules = sorted(path.stem for path in
                         (ROOT / "proto/carousel/v1").glob("*.proto"))
        imports = "".join(
            f"from carousel.v1 import {name}_pb2, {name}_pb2_grpc\n"
            for name in modules)
        version = self.run_python(
            imports + "import grpc, os\n"
            "channel = grpc.insecure_channel(os.environ['CAROUSEL_SERVER'])\n"
            "stub = server_pb2_grpc.ServerServiceStub(channel)\n"
            "request = server_pb2.GetServerInfoRequest()\n"
            "print(stub.GetServerInfo(request).server.version)",
            str(self.folder / "generated"))
        self.assertEqual(version, [self.json("server", "info")["version"]])


if __name__ == "__main__":
    unittest.main(verbosity=2)
