"""A stack of docker/compose.cpu.yaml of its own: other names, volumes and ports
than a person's, so that the two never meet, and nothing of it left behind."""

import atexit
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request

import deploy_files

ROOT = deploy_files.ROOT
COMPOSE_FILE = ROOT / "docker" / "compose.cpu.yaml"
IMAGE = "carousel:test"
PROMETHEUS_STAND_IN = "carousel-test-prometheus:debian"

BUILD = 5400  # seconds; two busy cores compile LibTorch's headers for a while
PULL = 120
WAIT = 300
COMMAND = 300

NO_ENGINE = """no engine answers. Start Docker (Debian: docker.io and docker-compose), or let
DOCKER_HOST name one; as a plain user, be in the group docker. It said: """


class Failure(AssertionError):
    pass


def run(*command, limit=COMMAND, check=True, **options):
    """stdout and stderr go to the terminal unless `options` say otherwise."""
    result = subprocess.run([str(word) for word in command], text=True, timeout=limit,
                            **options)
    if check and result.returncode != 0:
        raise Failure(f"{' '.join(map(str, command))}: exit code {result.returncode}\n"
                      f"{result.stdout or ''}{result.stderr or ''}")
    return result


def output(*command, **options):
    return run(*command, capture_output=True, **options).stdout.strip()


def docker(*arguments, **options):
    return output("docker", *arguments, **options)


def compose_program():
    if shutil.which("docker") and subprocess.run(
            ["docker", "compose", "version"], capture_output=True).returncode == 0:
        return ["docker", "compose"]
    if shutil.which("docker-compose"):
        return ["docker-compose"]
    raise Failure("neither docker compose nor docker-compose is installed")


def check_engine():
    try:
        docker("version", "--format", "{{.Server.Version}}", limit=30)
    except FileNotFoundError as error:
        raise Failure(NO_ENGINE + str(error)) from None
    except (Failure, subprocess.TimeoutExpired) as error:
        raise Failure(NO_ENGINE + str(error)) from None


def has_image(name):
    """Whether it is here or can be pulled."""
    if run("docker", "image", "inspect", name, check=False, capture_output=True).returncode == 0:
        return True
    try:
        return run("docker", "pull", "--quiet", name, limit=PULL, check=False,
                   capture_output=True).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def prometheus_image():
    image = re.search(r"image: (prom/prometheus:\S+)", COMPOSE_FILE.read_text())[1]
    if has_image(image):
        return image
    print(f"{image} cannot be pulled; Debian's Prometheus takes its place", flush=True)
    file = pathlib.Path(__file__).parent / "prometheus.Dockerfile"
    run("docker", "build", "--quiet", "-t", PROMETHEUS_STAND_IN, "-f", file, file.parent,
        limit=BUILD)
    return PROMETHEUS_STAND_IN


def wait_until(what, condition, limit=WAIT, context=lambda: ""):
    """The first value of `condition()` that counts as true."""
    give_up = time.monotonic() + limit
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= give_up:
            raise Failure(f"after {limit} s still not: {what}\n{context()}")
        time.sleep(0.2)


class Stack:
    """Of one compose project. take_down() is called when the program ends, too,
    however it ends short of SIGKILL."""

    def __init__(self, prometheus, **server):
        """`server`: what the server's service has beside what is in the file."""
        self.project = f"carousel-test-{os.getpid()}-{deploy_files.free_port()}"
        self.container = f"{self.project}-server"
        self.port = deploy_files.free_port()
        self.prometheus_port = deploy_files.free_port()
        folder = tempfile.TemporaryDirectory(prefix="carousel-docker-")
        self.folder = pathlib.Path(folder.name)
        # Whatever the umask says, the client's user reads what it is given.
        self.folder.chmod(0o755)
        override = self.folder / "override.yaml"
        # A compose file is YAML, and JSON is YAML.
        override.write_text(json.dumps({
            "services": {"carousel": {"image": IMAGE, "container_name": self.container,
                                      **server},
                         "prometheus": {"image": prometheus}},
            "volumes": {name: {"name": f"{self.project}-{name}"}
                        for name in ("data", "prometheus", "grafana")}}))
        self._compose = [*compose_program(), "-p", self.project,
                         "-f", COMPOSE_FILE, "-f", override]
        self._is_up = False
        self._remove_folder = folder.cleanup
        atexit.register(self.take_down)

    def compose(self, *arguments, **options):
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith(("CAROUSEL_", "COMPOSE_"))}
        environment |= {"CAROUSEL_PORT": str(self.port),
                        "CAROUSEL_PROMETHEUS_PORT": str(self.prometheus_port)}
        return output(*self._compose, *arguments, env=environment, **options)

    def build(self):
        # docker-compose leaves its `docker build` behind when it is killed, and
        # that goes on for as long as it takes: so the whole group ends.
        process = subprocess.Popen([*self._compose, "build", "carousel"],
                                   start_new_session=True)
        try:
            code = process.wait(BUILD)
        except BaseException:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(COMMAND)
            raise
        if code != 0:
            raise Failure(f"the image could not be built (see above); exit code {code}")

    def up(self, *services):
        """And waits until the image's own check says healthy."""
        self._is_up = True
        self.compose("up", "-d", "--no-build", *(services or ("carousel",)))
        self.wait_for_health()

    def wait_for_health(self):
        wait_until("the server is healthy",
                   lambda: self.inspect("{{.State.Health.Status}}") == "healthy",
                   context=self.logs)

    def take_down(self):
        try:
            if self._is_up:
                self._take_down_containers()
        finally:
            self._remove_folder()

    def _take_down_containers(self):
        # A second Ctrl-C shall not leave half of it behind; a terminal sends
        # the first one to children too.
        former = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            clients = docker("ps", "-aq", "--filter", f"label={self.project}")
            if clients:
                docker("rm", "-f", *clients.split())
            self.compose("down", "--volumes", "--remove-orphans", "--timeout", "5",
                         start_new_session=True)
            self._is_up = False
            left = self.leftovers()
            if left:
                raise Failure(f"left behind: {left}")
        finally:
            signal.signal(signal.SIGINT, former)

    def leftovers(self):
        return [line for kind in (["ps", "-a", "--format", "{{.Names}}"],
                                  ["volume", "ls", "--format", "{{.Name}}"],
                                  ["network", "ls", "--format", "{{.Name}}"])
                for line in docker(*kind, "--filter", f"name={self.project}").splitlines()]

    def logs(self):
        result = run("docker", "logs", "--tail", "40", self.container, check=False,
                     capture_output=True)
        return result.stdout + result.stderr

    def inspect(self, template):
        return docker("inspect", "--format", template, self.container)

    def client(self, *arguments, check=True):
        """The image's client on this host's loopback: through the published
        port, like anyone's. It sees `folder` as its own."""
        return run("docker", "run", "--rm", "--init", "--network=host", "--read-only",
                   f"--label={self.project}", f"--volume={self.folder}:/work:ro",
                   "--workdir=/work", "--entrypoint=carousel", IMAGE,
                   f"--server=127.0.0.1:{self.port}", *arguments, check=check,
                   capture_output=True)

    def json(self, *arguments):
        return json.loads(self.client("--json", *arguments).stdout)

    def query(self, expression):
        """The values that Prometheus has for it."""
        url = (f"http://127.0.0.1:{self.prometheus_port}/api/v1/query?"
               + urllib.parse.urlencode({"query": expression}))
        try:
            with urllib.request.urlopen(url, timeout=10) as reply:
                series = json.load(reply)["data"]["result"]
        except OSError:  # it starts, or there is nothing to read yet
            return []
        return [float(one["value"][1]) for one in series]
