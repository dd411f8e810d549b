"""What the tests of faults share: a server on a faulty disk, and a job that is
followed through whatever happens to it."""

import json
import queue
import subprocess
import threading

from carousel_test_case import TIMEOUT, CarouselTestCase
from faulty_disk import FaultyDisk
from store_checker import check_store

# What a machine does at its own speed and not by its seed.
TIMINGS = ("tokens_per_second", "seconds")


def without_timings(epochs):
    return [{k: v for k, v in epoch.items() if k not in TIMINGS}
            for epoch in epochs]


class FaultTestCase(CarouselTestCase):
    def setUp(self):
        super().setUp()
        self.disk = FaultyDisk(self.folder / "faults", self.data_dir)
        self.addCleanup(self.disk.close)

    def start_faulty_server(self, *flags, **options):
        return self.start_server(*flags, environment=self.disk.environment(),
                                 **options)

    def try_client(self, *arguments):
        """The exit code and the JSON of a command that may fail."""
        result = subprocess.run(self.command("--json", *arguments),
                                capture_output=True, text=True, timeout=TIMEOUT)
        return result.returncode, json.loads(result.stdout or "null")

    def assert_store_is_sound(self, idle=True, hint=None):
        self.assertEqual(check_store(self.data_dir, idle), [], hint)

    def submission(self, model, epochs):
        """The command that trains `model`, by a request of its own."""
        return ("train", "--dataset=reviews", "--vectors=words",
                f"--model={model}", f"--epochs={epochs}", "--seed=3",
                "--set", "hidden_size=12", "--set", "max_tokens=40",
                "--set", "learning_rate=0.01", "--set", "batch_size=16",
                f"--request_id={model}")

    def follow(self, job, on_epoch=lambda epoch: None):
        """The job at its end, or None when the server died before that."""
        events = queue.Queue()
        watcher = subprocess.Popen(self.command("--json", "jobs", "watch", job),
                                   stdout=subprocess.PIPE, text=True,
                                   stderr=subprocess.DEVNULL)

        def read():
            for line in watcher.stdout:
                events.put(json.loads(line))
            events.put("ended")

        def wait(process=self.server.process):
            process.wait()
            events.put("died")

        reader = threading.Thread(target=read)
        reader.start()
        threading.Thread(target=wait, daemon=True).start()
        try:
            end = None
            while True:
                event = events.get(timeout=TIMEOUT)
                if event == "died":
                    return None
                if event == "ended":
                    return end
                if "job" in event:
                    end = event
                else:
                    on_epoch(event)
        finally:
            watcher.terminate()
            reader.join(TIMEOUT)
            watcher.stdout.close()
            watcher.wait(TIMEOUT)

    def finish(self, job):
        *epochs, end = self.watch(job)
        return epochs, end

    def weights(self, model, version=1):
        folder = self.data_dir / "models" / model / str(version)
        return (folder / "model.safetensors").read_bytes()
