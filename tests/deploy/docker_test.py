#!/usr/bin/env python3
"""The CPU image and docker/compose.cpu.yaml, built and run with Docker's engine:
`make test-docker`. It needs an engine, so it is no part of `make test`.

Images stay, since they are what makes the next run quick: carousel:test and,
where images cannot be pulled, debian:bookworm-slim and Prometheus' stand-in.
"""

import hashlib
import json
import math
import pathlib
import signal
import sys
import tempfile
import time
import unittest

import deploy_files
import docker_stack
from docker_stack import IMAGE, docker, wait_until

sys.path.insert(0, str(deploy_files.ROOT / "tests" / "e2e"))
from carousel_test_case import write_reviews, write_vectors  # noqa: E402

MEGABYTE = 1000 * 1000
COMPILERS = ("gcc", "g++", "cc", "c++", "clang", "as", "ld", "mold", "cmake", "make", "ninja",
             "python3", "pip", "git")

prometheus = None  # the image, once there is one


def setUpModule():
    global prometheus
    docker_stack.run(deploy_files.ROOT / "scripts" / "docker-base",
                     limit=docker_stack.BUILD)
    prometheus = docker_stack.prometheus_image()
    start = time.monotonic()
    docker_stack.Stack(prometheus).build()
    print(f"built in {time.monotonic() - start:.0f} s, {image_size() / MEGABYTE:.0f} MB",
          flush=True)


def image_size():
    return int(docker("image", "inspect", "--format", "{{.Size}}", IMAGE))


def in_image(*command, **options):
    """What a program of the image prints, in a container that is gone then."""
    program, *arguments = command
    return docker("run", "--rm", "--network=none", "--read-only", f"--entrypoint={program}",
                  IMAGE, *arguments, **options)


class ImageTest(unittest.TestCase):
    def config(self):
        return json.loads(docker("image", "inspect", "--format", "{{json .Config}}", IMAGE))

    def test_it_is_smaller_than_700_megabytes(self):
        self.assertLess(image_size(), 700 * MEGABYTE)

    def test_it_holds_nothing_that_builds(self):
        script = f'for p in {" ".join(COMPILERS)}; do command -v "$p"; done; true'
        self.assertEqual(in_image("sh", "-c", script), "")

    def test_its_programs_run_as_a_plain_user_on_a_read_only_root(self):
        self.assertEqual(in_image("id", "-u"), "10001")
        for program in ("carousel", "/opt/carousel/bin/carouseld"):
            self.assertRegex(in_image(program, "--version"), r"\d+\.\d+\.\d+")

    def test_it_says_what_it_is_and_has_one_volume_and_a_check(self):
        config = self.config()
        self.assertEqual(list(config["Volumes"]), ["/var/lib/carousel"])
        self.assertEqual(config["Healthcheck"]["Test"][:2], ["CMD", "carousel"])
        for label in ("title", "description", "licenses", "version", "revision"):
            self.assertTrue(config["Labels"][f"org.opencontainers.image.{label}"])

    def test_the_check_of_a_server_that_is_not_there_fails(self):
        result = docker_stack.run(
            "docker", "run", "--rm", "--network=none", "--entrypoint=carousel", IMAGE,
            *self.config()["Healthcheck"]["Test"][2:], check=False, capture_output=True)
        self.assertEqual(result.returncode, 5, result.stderr)


class StackTest(unittest.TestCase):
    def setUp(self):
        self.stack = self.make_stack()

    def make_stack(self, **server):
        stack = docker_stack.Stack(prometheus, **server)
        self.addCleanup(stack.take_down)
        return stack

    def import_all(self):
        write_reviews(self.stack.folder / "reviews.csv", 240)
        write_vectors(self.stack.folder / "words.vec")
        self.stack.client("dataset", "import", "reviews", "reviews.csv")
        self.stack.client("vectors", "import", "words", "words.vec")

    def train(self, epochs):
        return self.stack.json(
            "train", "--dataset=reviews", "--vectors=words", "--model=film",
            f"--epochs={epochs}", "--seed=3", "--set", "hidden_size=12",
            "--set", "max_tokens=40", "--set", "learning_rate=0.01",
            "--set", "batch_size=16")["job"]

    def epochs(self, job):
        """All of a job that has ended."""
        lines = self.stack.client("--json", "jobs", "watch", job).stdout.splitlines()
        *epochs, end = map(json.loads, lines)
        self.assertEqual(end["state"], "SUCCEEDED", end)
        return epochs

    def wait_for_epoch(self, job, epoch):
        def reached():
            now = self.stack.json("jobs", "get", job)
            return now if now["epoch"] >= epoch else None
        return wait_until(f"{job} is at epoch {epoch}", reached, context=self.stack.logs)

    def check_that_it_predicts(self):
        text = "a superb and moving film"
        reply = self.stack.json("predict", "--model=film", f"--text={text}")
        self.assertEqual(reply["results"][0]["label"], "positive")

    def test_imports_trains_predicts_evaluates_and_is_scraped(self):
        self.stack.up("carousel", "prometheus")
        self.assertEqual(self.stack.json("server", "health"), {"status": "SERVING"})
        self.import_all()
        self.assertEqual(len(self.epochs(self.train(6))), 6)
        self.check_that_it_predicts()
        evaluation = self.stack.json("evaluate", "--model=film", "--dataset=reviews")
        self.assertEqual(evaluation["split"], "test")
        self.assertGreater(evaluation["accuracy"], 0.9)
        for split in ("train", "validation"):
            loss = wait_until(
                f"Prometheus has the {split} loss",
                lambda: self.stack.query(f'carousel_train_loss{{split="{split}"}}'))
            self.assertTrue(len(loss) == 1 and math.isfinite(loss[0]) and loss[0] > 0, loss)

    # Long enough to be caught in the middle, wherever the machine's speed puts
    # that; an epoch takes some tens of milliseconds.
    EPOCHS = 400

    def check_that_it_goes_on(self, job, before):
        """From where it was: what was told of an epoch stays as it was told, the
        seconds it took included, which nobody computes twice alike."""
        epochs = self.epochs(job)
        self.assertEqual([e["epoch"] for e in epochs], list(range(1, self.EPOCHS + 1)))
        self.assertEqual(epochs[:len(before)], before)
        self.check_that_it_predicts()

    def first_epochs(self, job, count):
        """What a watcher is told, which is what the volume holds."""
        self.wait_for_epoch(job, count)
        lines = self.stack.client("--json", "--timeout=2", "jobs", "watch", job,
                                  check=False).stdout.splitlines()
        epochs = [line for line in map(json.loads, lines) if "train_loss" in line]
        self.assertGreaterEqual(len(epochs), count)
        self.assertLess(len(epochs), self.EPOCHS, "the job was quicker than the test")
        return epochs

    def test_a_job_whose_container_is_killed_resumes_from_the_volume(self):
        self.stack.up()
        self.import_all()
        job = self.train(self.EPOCHS)
        before = self.first_epochs(job, 3)
        docker("kill", self.stack.container)
        self.assertEqual(self.stack.inspect("{{.State.ExitCode}}"), "137")
        self.stack.up()
        self.check_that_it_goes_on(job, before)

    def test_a_stop_is_clean_and_the_next_up_finds_the_data(self):
        self.stack.up()
        self.import_all()
        job = self.train(self.EPOCHS)
        before = self.first_epochs(job, 3)
        docker("stop", "--time=45", self.stack.container)
        self.assertEqual(self.stack.inspect("{{.State.ExitCode}}"), "0", self.stack.logs())
        self.stack.compose("down")
        self.stack.up()
        self.check_that_it_goes_on(job, before)

    def test_a_server_that_dies_is_started_again(self):
        self.stack.up()
        # Its own init stays; Docker would take a kill of the container for the
        # operator's wish.
        docker("exec", self.stack.container, "sh", "-c",
               "for p in /proc/[0-9]*; do if [ \"$(cat $p/comm)\" = carouseld ]; then "
               "kill -KILL ${p#/proc/}; fi; done")
        wait_until("it has been started again",
                   lambda: self.stack.inspect("{{.RestartCount}}") == "1",
                   context=self.stack.logs)
        self.stack.wait_for_health()

    def write_certificates(self, folder):
        """As deploy/README.md has it: an authority, and the server's of it."""
        new = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
               "ec_paramgen_curve:P-256", "-noenc", "-days", "2"]
        for command in (["-subj", "/CN=authority", "-keyout", "ca.key", "-out", "ca.crt"],
                        ["-CA", "ca.crt", "-CAkey", "ca.key", "-addext",
                         "basicConstraints=critical,CA:FALSE", "-subj", "/CN=carousel",
                         "-addext", "subjectAltName=DNS:localhost", "-keyout", "server.key",
                         "-out", "server.crt"]):
            docker_stack.output(*new, *command, cwd=folder)
        (folder / "server.key").chmod(0o644)  # the server is another user

    def test_the_check_speaks_tls_and_needs_no_key(self):
        folder = self.enterContext(tempfile.TemporaryDirectory(prefix="carousel-tls-"))
        tls = pathlib.Path(folder)
        tls.chmod(0o755)
        self.write_certificates(tls)
        (tls / "keys").write_text(
            f"admin {hashlib.sha256(b'the-key').hexdigest()} operator\n")
        stack = self.make_stack(
            command=["--device=cpu", "--key_file=/tls/keys", "--tls_cert=/tls/server.crt",
                     "--tls_key=/tls/server.key"],
            environment={"CAROUSEL_SERVER": "localhost:50051",
                         "CAROUSEL_TLS_CA": "/tls/ca.crt"},
            volumes=[f"{tls}:/tls:ro"])
        stack.up()
        info = ["docker", "exec", stack.container, "carousel", "server", "info"]
        refused = docker_stack.run(*info, check=False, capture_output=True)
        self.assertEqual(refused.returncode, 4, refused.stderr)
        docker_stack.output(*info[:2], "--env=CAROUSEL_KEY=the-key", *info[2:])

    def test_it_runs_with_little_power_and_within_limits(self):
        self.stack.up()
        host = json.loads(self.stack.inspect("{{json .HostConfig}}"))
        self.assertTrue(host["ReadonlyRootfs"])
        self.assertEqual(host["CapDrop"], ["ALL"])
        self.assertEqual(host["Memory"], 8 << 30)
        self.assertEqual({p["HostIp"] for ports in host["PortBindings"].values()
                          for p in ports}, {"127.0.0.1"})


def interrupt(*_):
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, interrupt)
    try:
        docker_stack.check_engine()
    except docker_stack.Failure as failure:
        sys.exit(f"docker_test: {failure}")
    try:
        unittest.main()
    except KeyboardInterrupt:
        print("docker_test: interrupted; taking down what is up", file=sys.stderr, flush=True)
        sys.exit(130)
