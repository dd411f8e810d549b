"""The completion scripts in the shells that they are for."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

BINARIES = pathlib.Path(os.environ.get("CAROUSEL_BINARIES", "build/release"))
SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "client/cli/completion"
TIMEOUT = 60  # seconds; a hang is a failure, nothing else depends on it

# As bash calls it, with the cursor at the end of the line.
ASK_BASH = """
source "$1"
COMP_LINE=$2 COMP_POINT=${#2}
_carousel
printf '%s\\n' "${COMPREPLY[@]}"
"""


class CompletionShellsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="carousel-completion-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "reviews.csv").touch()
        (self.folder / "two words.csv").touch()
        self.environment = {
            **os.environ, "CAROUSEL_SERVER": "127.0.0.1:1",
            "PATH": f"{BINARIES.resolve()}:{os.environ['PATH']}"}

    def run_shell(self, *command):
        result = subprocess.run(
            list(map(str, command)), cwd=self.folder, env=self.environment,
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=TIMEOUT)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return result.stdout.split("\n")[:-1]

    def bash(self, line):
        return self.run_shell("bash", "-c", ASK_BASH, "bash",
                              SCRIPTS / "carousel.bash", line)

    def test_bash_completes_from_the_last_break(self):
        self.assertEqual(self.bash("carousel jo"), ["jobs"])
        self.assertEqual(self.bash("carousel jobs re"), ["resume"])
        self.assertEqual(self.bash("carousel jobs list --sta"), ["--state="])
        self.assertEqual(self.bash("carousel jobs list --state=r"), ["running"])
        self.assertEqual(self.bash("carousel jobs list --state r"), ["running"])
        self.assertIn("dataset", self.bash("carousel "))

    def test_bash_completes_files(self):
        for line in ("carousel dataset import imdb r",
                     "carousel predict --csv=r", "carousel predict --csv r"):
            self.assertEqual(self.bash(line), ["reviews.csv"], line)
        self.assertEqual(self.bash("carousel vectors import v two"),
                         ["two words.csv"])

    def test_bash_has_nothing_to_add_without_a_server(self):
        self.assertEqual(self.bash("carousel jobs get job-"), [""])

    def test_what_is_printed_is_what_is_installed(self):
        for shell in ("bash", "zsh", "fish"):
            printed = "\n".join(self.run_shell("carousel", "completion", shell))
            self.assertEqual(printed + "\n",
                             (SCRIPTS / f"carousel.{shell}").read_text())

    @unittest.skipUnless(shutil.which("zsh"), "no zsh here")
    def test_zsh_reads_its_script(self):
        self.run_shell("zsh", "-n", SCRIPTS / "carousel.zsh")

    @unittest.skipUnless(shutil.which("fish"), "no fish here")
    def test_fish_completes(self):
        def fish(line):
            return [word.split("\t")[0] for word in self.run_shell(
                "fish", "--no-config", "-c",
                'source $argv[1]; complete --do-complete $argv[2]',
                SCRIPTS / "carousel.fish", line)]
        self.assertEqual(fish("carousel jobs re"), ["resume"])
        self.assertEqual(fish("carousel jobs list --state=r"),
                         ["--state=running"])
        self.assertEqual(fish("carousel predict --csv=rev"),
                         ["--csv=reviews.csv"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
