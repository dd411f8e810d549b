"""What the end-to-end tests share: the real binaries, made-up reviews."""

import csv
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import tempfile
import unittest

BINARIES = pathlib.Path(os.environ.get("CAROUSEL_BINARIES", "build/release"))
TIMEOUT = 300  # seconds; a hang is a failure, nothing else depends on it

GOOD = "wonderful superb moving brilliant charming delightful".split()
BAD = "awful boring terrible dull clumsy dreadful".split()
NEUTRAL = ("the film was and its story actor scene of with a camera music in "
           "this plot director ending it that one").split()


def write_reviews(path, rows, seed=1, labelled=True):
    """Reviews of 10 to 40 words whose few strong words decide the label."""
    draw = random.Random(seed)
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["review", "sentiment"] if labelled else ["id", "review"])
        for row in range(rows):
            positive = row % 2 == 0
            strong = GOOD if positive else BAD
            words = [draw.choice(NEUTRAL) for _ in range(draw.randint(8, 36))]
            for _ in range(3):
                words.insert(draw.randrange(len(words)), draw.choice(strong))
            text = " ".join(words)
            label = "positive" if positive else "negative"
            writer.writerow([text, label] if labelled else [row, text])


def write_vectors(path, dimension=16, seed=2):
    draw = random.Random(seed)
    words = GOOD + BAD + NEUTRAL
    with open(path, "w") as file:
        file.write(f"{len(words)} {dimension}\n")
        for word in words:
            values = " ".join(f"{draw.gauss(0, 0.4):.4f}" for _ in range(dimension))
            file.write(f"{word} {values}\n")


def lay_out_mortal_server(folder):
    """A bin folder whose worker dies where JOB_FOLDER/die says.

    carouseld finds its worker beside itself; tests/worker/mortal_worker.cc
    says what the file may hold.
    """
    folder.mkdir()
    for program, name in ((BINARIES / "carouseld", "carouseld"),
                          (BINARIES / "tests/mortal_worker", "carousel_worker")):
        try:
            os.link(program, folder / name)
        except OSError:  # another file system
            shutil.copy2(program, folder / name)
    return folder


class Server:
    """A carouseld of one data folder."""

    def __init__(self, data_dir, *flags, binaries=BINARIES, environment=None):
        self.data_dir = pathlib.Path(data_dir)
        self.log = open(self.data_dir.parent / "server.log", "a")
        for name in ("address", "metrics_address"):
            (self.data_dir / name).unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [binaries / "carouseld", f"--data_dir={data_dir}",
             "--listen=127.0.0.1:0", "--metrics_listen=127.0.0.1:0",
             "--device=cpu", "--threads=1", "--train_threads=1", *flags],
            stdout=subprocess.PIPE, stderr=self.log, text=True,
            env=environment)
        # The server says so on standard output once health is SERVING.
        line = self.process.stdout.readline()
        if not line.startswith("serving"):
            self.process.wait(TIMEOUT)
            self.close()
            raise RuntimeError(f"the server said {line!r}; see {self.log.name}")
        self.address = (self.data_dir / "address").read_text().strip()
        self.metrics_address = (
            self.data_dir / "metrics_address").read_text().strip()

    def wait_for_death(self):
        """The exit code of a server that somebody else kills."""
        code = self.process.wait(TIMEOUT)
        self.close()
        return code

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(TIMEOUT)
        self.close()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(TIMEOUT)
        self.close()
        return code

    def close(self):
        self.process.stdout.close()
        self.log.close()


class CarouselTestCase(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="carousel-e2e-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.data_dir = self.folder / "data"
        self.data_dir.mkdir()
        self.server = None
        self.addCleanup(self.end_server)

    def end_server(self):
        if self.server is not None and self.server.process.poll() is None:
            self.server.kill()

    def start_server(self, *flags, **options):
        self.server = Server(self.data_dir, *flags, **options)
        return self.server

    def start_mortal_server(self, *flags, **options):
        binaries = self.folder / "bin"
        if not binaries.exists():
            lay_out_mortal_server(binaries)
        return self.start_server(*flags, binaries=binaries, **options)

    def doom(self, number, *fates):
        """Says where the workers of a job that is not there yet shall die."""
        fate = self.data_dir / "jobs" / f"job-{number:06d}" / "die"
        fate.parent.mkdir()
        fate.write_text("".join(f"{line}\n" for line in fates))
        return fate

    def command(self, *arguments):
        return [str(BINARIES / "carousel"), f"--server={self.server.address}",
                *map(str, arguments)]

    def run_client(self, *arguments, code=0, stdin=None):
        result = subprocess.run(self.command(*arguments), input=stdin,
                                capture_output=True, text=True, timeout=TIMEOUT)
        self.assertEqual(result.returncode, code,
                         f"{arguments}: {result.stdout}{result.stderr}")
        return result

    def json(self, *arguments, code=0, stdin=None):
        return json.loads(
            self.run_client("--json", *arguments, code=code, stdin=stdin).stdout)

    def import_all(self):
        write_reviews(self.folder / "reviews.csv", 240)
        write_vectors(self.folder / "words.vec")
        self.run_client("dataset", "import", "reviews", self.folder / "reviews.csv")
        self.run_client("vectors", "import", "words", self.folder / "words.vec")

    def train(self, model, epochs, *settings):
        return self.json("train", "--dataset=reviews", "--vectors=words",
                         f"--model={model}", f"--epochs={epochs}", "--seed=3",
                         "--set", "hidden_size=12", "--set", "max_tokens=40",
                         "--set", "learning_rate=0.01", "--set",
                         "batch_size=16", *settings)["job"]

    def watch(self, job):
        """The lines of `jobs watch --json` as they come."""
        process = subprocess.Popen(self.command("--json", "jobs", "watch", job),
                                   stdout=subprocess.PIPE, text=True)
        try:
            for line in process.stdout:
                yield json.loads(line)
        finally:
            process.stdout.close()
            process.terminate()
            process.wait(TIMEOUT)
