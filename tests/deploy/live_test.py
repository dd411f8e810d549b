"""A real server that trains and serves, a real Prometheus that scrapes it with
deploy/prometheus, and every query of every dashboard against both."""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import unittest

import deploy_files

sys.path.insert(0, str(deploy_files.ROOT / "tests" / "e2e"))
from carousel_test_case import CarouselTestCase  # noqa: E402

SCRAPE = "1s"  # 15 s in earnest
WAIT = 300  # seconds; a query without data is a failure, nothing else waits


class LiveTest(CarouselTestCase):
    def start_prometheus(self):
        """On the files of deploy/prometheus, quicker and with our target."""
        program = os.environ.get("PROMETHEUS") or shutil.which("prometheus")
        if not program:
            raise deploy_files.MissingTool(
                "prometheus is missing: apt-get install --no-install-recommends prometheus")
        config = self.folder / "prometheus"
        shutil.copytree(deploy_files.DEPLOY / "prometheus", config)
        target = config / "targets" / "carousel.yml"
        target.write_text(target.read_text().replace(
            "- carousel:9464", f"- {self.server.metrics_address}"))
        main = config / "prometheus.yml"
        main.write_text(re.sub(r"(_interval|_timeout): \d+s", rf"\1: {SCRAPE}",
                               main.read_text()))
        address = f"127.0.0.1:{deploy_files.free_port()}"
        log = open(self.folder / "prometheus.log", "w")
        self.addCleanup(log.close)
        process = subprocess.Popen(
            [program, f"--config.file={main}", f"--web.listen-address={address}",
             f"--storage.tsdb.path={self.folder / 'tsdb'}"], stdout=log, stderr=log)
        self.addCleanup(process.wait)
        self.addCleanup(process.send_signal, signal.SIGTERM)
        return address

    def test_every_query_of_every_panel_has_data(self):
        self.start_server()
        self.import_all()
        *_, end = self.watch(self.train("film", 2))
        self.assertEqual(end["state"], "SUCCEEDED")
        prometheus = self.start_prometheus()
        self.train("film", 10000)  # longer than the test
        # Calls, and calls that are refused, for as long as the queries run.
        load = subprocess.Popen(
            ["bash", "-c", """while "$0" "$1" server info; do
               "$0" "$1" predict --model=film --text="a superb film" --text=unheard --text=
               "$0" "$1" jobs get job-999999
             done""", *self.command()],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(load.wait)
        self.addCleanup(load.terminate)
        result = subprocess.run(
            [sys.executable, pathlib.Path(__file__).parent / "query_dashboards.py",
             f"http://{prometheus}", f"--wait={WAIT}", "--rate_interval=10s"],
            text=True, capture_output=True, timeout=WAIT + 60)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)


if __name__ == "__main__":
    unittest.main()
