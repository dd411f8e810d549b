"""`make install`: the tree it makes, its unit, and its programs in another
place than the one they were installed to."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import deploy_files

sys.path.insert(0, str(deploy_files.ROOT / "tests" / "e2e"))
import carousel_test_case  # noqa: E402

BUILD = pathlib.Path(os.environ.get("CAROUSEL_BINARIES", "build/release"))
PROGRAMS = ("carousel", "carouseld", "carousel_worker")
TIMEOUT = 300  # seconds; a hang is a failure, nothing else depends on it


def run(*command, **options):
    return subprocess.run(list(map(str, command)), text=True, timeout=TIMEOUT,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          **options)


def install(prefix, *arguments, destdir=""):
    result = run("cmake", "--install", BUILD, "--prefix", prefix, "--strip",
                 *arguments, env=os.environ | {"DESTDIR": str(destdir)})
    assert result.returncode == 0, result.stdout


class InstallTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="carousel-install-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def test_files_lie_where_they_belong(self):
        stage = self.folder / "stage"
        install("/usr/local", "--component", "carousel", destdir=stage)
        found = {str(path.relative_to(stage))
                 for path in stage.rglob("*") if path.is_file()}
        for file in (*(f"usr/local/bin/{program}" for program in PROGRAMS),
                     "etc/carousel/carouseld.env",
                     "usr/local/lib/systemd/system/carouseld.service",
                     "usr/local/lib/sysusers.d/carousel.conf",
                     "usr/local/share/bash-completion/completions/carousel",
                     "usr/local/share/zsh/site-functions/_carousel",
                     "usr/local/share/fish/vendor_completions.d/carousel.fish",
                     "usr/local/share/carousel/grafana/dashboards/training.json",
                     "usr/local/share/carousel/prometheus/rules/alerts.yml",
                     "usr/local/share/carousel/systemd/gpu.conf",
                     "usr/local/share/doc/carousel/LICENSE",
                     "usr/local/share/man/man1/carousel.1",
                     "usr/local/share/man/man8/carouseld.8"):
            self.assertIn(file, found)

    def test_an_edited_environment_stays(self):
        install("/usr", "--component", "carousel", destdir=self.folder)
        environment = self.folder / "etc/carousel/carouseld.env"
        environment.write_text("CAROUSELD_FLAGS=--train_slots=2\n")
        install("/usr", "--component", "carousel", destdir=self.folder)
        self.assertEqual(environment.read_text(),
                         "CAROUSELD_FLAGS=--train_slots=2\n")

    def test_the_unit_names_what_was_installed(self):
        install("/opt/carousel", "--component", "carousel", destdir=self.folder)
        unit = (self.folder / "opt/carousel/lib/systemd/system/carouseld.service"
                ).read_text()
        self.assertIn("\nExecStart=/opt/carousel/bin/carouseld ", unit)
        self.assertIn("\nEnvironmentFile=-/opt/carousel/etc/carousel/carouseld.env\n",
                      unit)
        self.assertNotRegex(unit, r"@[A-Z]+@")
        self.assertIn("\nExecReload=/bin/kill -HUP $MAINPID\n", unit)

    def test_a_stop_has_more_time_than_the_server_takes(self):
        unit = (deploy_files.DEPLOY / "systemd" / "carouseld.service.in").read_text()
        stop = int(re.search(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)[1])
        server = deploy_files.ROOT / "server"
        drain = int(re.search(r"drain_seconds, (\d+),", (server / "main.cc").read_text())[1])
        close = int(re.search(r"kCloseTime = absl::Seconds\((\d+)\)",
                              (server / "server.cc").read_text())[1])
        self.assertGreater(stop, drain + close)

    @unittest.skipUnless(shutil.which("systemd-analyze"), "no systemd-analyze here")
    def test_systemd_finds_nothing_wrong_with_the_unit(self):
        install(self.folder, "--component", "carousel")
        unit = self.folder / "lib/systemd/system/carouseld.service"
        result = run("systemd-analyze", "verify", "--man=no",
                     "--recursive-errors=no", unit)
        self.assertEqual((result.returncode, result.stdout), (0, ""))
        result = run("systemd-analyze", "security", "--offline=true",
                     "--threshold=15", unit)
        print(result.stdout.splitlines()[-1])
        self.assertEqual(result.returncode, 0, result.stdout)


class ManPageTest(unittest.TestCase):
    def page(self, name):
        text = (deploy_files.DEPLOY / "man" / name).read_text()
        return text.replace("\\-", "-").replace("\\fR, \\fB", ", ")

    def test_every_flag_of_the_server_is_described(self):
        source = (deploy_files.ROOT / "server" / "main.cc").read_text()
        flags = re.findall(r"^ABSL_FLAG\([^,]+, (\w+),", source, re.MULTILINE)
        self.assertGreater(len(flags), 10)
        described = re.findall(r"^\.BI? --(\w+)", self.page("carouseld.8"), re.MULTILINE)
        self.assertEqual(sorted(flags), sorted(described))

    def commands(self, *words):
        """What stands under Subcommands in the help of the client."""
        text = run(BUILD / "carousel", *words, "--help").stdout
        block = text.partition("Subcommands:")[2].partition("\n\n")[0]
        return re.findall(r"^  ([a-z]+) ", block, re.MULTILINE)

    def test_every_command_of_the_client_is_described(self):
        page = self.page("carousel.1")
        words = self.commands()
        self.assertGreater(len(words), 5)
        for word in words:
            self.assertRegex(page, rf"(?m)^\.B {word}\b")
            for command in self.commands(word):
                self.assertRegex(page, rf"(?m)^\.B {word} .*\b{command}\b")


class InstalledTreeTest(carousel_test_case.CarouselTestCase):
    def test_the_tree_runs_in_another_place(self):
        first, moved = self.folder / "first", self.folder / "moved"
        install(first)
        first.rename(moved)
        for program in PROGRAMS:
            libraries = run("ldd", moved / "bin" / program).stdout
            self.assertNotIn("not found", libraries)
            for path in re.findall(r"=> (\S*(?:torch|c10|cudart|cupti)\S*)", libraries):
                self.assertTrue(pathlib.Path(path).resolve().is_relative_to(moved), path)
        here = os.getcwd()
        self.addCleanup(os.chdir, here)
        os.chdir("/")
        binaries = moved / "bin"
        self.start_server(binaries=binaries)
        self.programs = binaries
        self.import_all()
        *_, end = self.watch(self.train("film", 1))
        self.assertEqual(end["state"], "SUCCEEDED", end)
        before = self.json("evaluate", "--model=film", "--dataset=reviews")
        # What it has stored goes to another server.
        backup = self.folder / "backup.tar"
        self.run_client("admin", "backup", backup)
        self.assertEqual(self.server.stop(), 0)
        listing = run("tar", "tf", backup).stdout.splitlines()
        self.assertIn("checksums.txt", listing)
        unpacked = self.folder / "unpacked"
        unpacked.mkdir()
        run("tar", "xf", backup, "-C", unpacked)
        checked = run("sha256sum", "--check", "--strict", "--quiet",
                      "checksums.txt", cwd=unpacked)
        self.assertEqual((checked.returncode, checked.stdout), (0, ""))
        self.data_dir = self.folder / "restored"
        restored = run(binaries / "carouseld", f"--restore={backup}",
                       f"--data_dir={self.data_dir}")
        self.assertEqual(restored.returncode, 0, restored.stdout)
        self.start_server(binaries=binaries)
        self.assertEqual(self.json("evaluate", "--model=film", "--dataset=reviews"),
                         before)
        self.assertEqual(self.server.stop(), 0)

    def command(self, *arguments):
        return [str(self.programs / "carousel"), *super().command(*arguments)[1:]]


if __name__ == "__main__":
    unittest.main()
