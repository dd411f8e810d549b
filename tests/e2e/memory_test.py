"""The server's memory stays flat while versions come and go.

The long one takes 200 cycles and is not among the usual tests: `make test-long`
runs it, or CAROUSEL_MEMORY_CYCLES=N tests/e2e/memory_test.py LongTest. Every
cycle's resident memory goes to standard error.
"""

import os
import pathlib
import re
import sys
import unittest

from carousel_test_case import CarouselTestCase, write_reviews, write_vectors

MIB = 1 << 20
# The model is 0.8 MiB in memory, so that one kept a cycle would be 120 MiB over
# the 150 cycles that are fitted.
SETTINGS = ("--set", "hidden_size=128", "--set", "layers=2", "--set",
            "max_tokens=20", "--set", "batch_size=16")
CYCLES = int(os.environ.get("CAROUSEL_MEMORY_CYCLES", "200"))
ALLOWED_GROWTH = 10 * MIB


def growth(values):
    """What a straight line through the values rises by from end to end."""
    count = len(values)
    middle = (count - 1) / 2
    mean = sum(values) / count
    slope = (sum((i - middle) * (v - mean) for i, v in enumerate(values))
             / sum((i - middle) ** 2 for i in range(count)))
    return slope * (count - 1)


class MemoryTestCase(CarouselTestCase):
    def setUp(self):
        super().setUp()
        self.start_server()
        write_reviews(self.folder / "reviews.csv", 60)
        write_vectors(self.folder / "words.vec")
        self.run_client("dataset", "import", "reviews",
                        self.folder / "reviews.csv")
        self.run_client("vectors", "import", "words", self.folder / "words.vec")

    def resident_bytes(self):
        status = pathlib.Path(
            f"/proc/{self.server.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * 1024

    def train_a_version(self):
        job = self.train("film", 1, *SETTINGS)
        *_, end = self.watch(job)
        self.assertEqual(end["state"], "SUCCEEDED")
        return end["version"]

    def cycle(self):
        """A version is trained, loaded and used; the one before it goes."""
        version = self.train_a_version()
        self.run_client("models", "load", f"film@{version}")
        self.run_client("predict", f"--model=film@{version}",
                        "--text=a superb film")
        if version > 1:
            self.run_client("models", "unload", f"film@{version - 1}")
            self.run_client("models", "delete", f"film@{version - 1}")
        return self.resident_bytes()

    def loaded(self):
        return self.json("server", "info")["loaded_models"]


class MechanismTest(MemoryTestCase):
    """That the measure shows what it is there to show."""

    def test_the_fit_tells_growth_from_noise(self):
        self.assertAlmostEqual(growth([5, 5, 5, 5]), 0)
        self.assertAlmostEqual(growth([0, 2, 4, 6]), 6)
        self.assertAlmostEqual(growth([1, 3, 1, 3, 1, 3, 1]), 0)

    def test_ten_cycles_leave_one_version_in_memory(self):
        for _ in range(10):
            self.cycle()
        self.assertEqual(self.loaded(), ["film@10"])

    def test_versions_that_stay_show(self):
        resident = []
        for _ in range(10):
            version = self.train_a_version()
            self.run_client("models", "load", f"film@{version}")
            resident.append(self.resident_bytes())
        bytes_each = self.json("models", "get", "film")["memory_bytes"]
        self.assertGreater(bytes_each, 0.7 * MIB)
        self.assertEqual(len(self.loaded()), 10)
        # The first cycles also fill pools that are then full.
        self.assertGreater(growth(resident[2:]), 0.5 * 7 * bytes_each)


class LongTest(MemoryTestCase):
    def test_memory_is_flat(self):
        resident = []
        for number in range(1, CYCLES + 1):
            resident.append(self.cycle())
            print(f"cycle {number}: {resident[-1] / MIB:.1f} MiB",
                  file=sys.stderr, flush=True)
        fitted = resident[CYCLES // 4:]
        print(f"growth over the last {len(fitted)} cycles: "
              f"{growth(fitted) / MIB:.2f} MiB", file=sys.stderr, flush=True)
        self.assertLess(growth(fitted), ALLOWED_GROWTH)


if __name__ == "__main__":
    unittest.main(verbosity=2)
