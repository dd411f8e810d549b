"""docker/ and compose.yaml, as far as they can be checked without an engine."""

import re
import unittest

import deploy_files

ROOT = deploy_files.ROOT
DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text()
COMPOSE = {name: (ROOT / name).read_text()
           for name in ("compose.yaml", "docker/compose.cpu.yaml")}


class ComposeTest(unittest.TestCase):
    def test_images_are_pinned(self):
        images = re.findall(r"^\s+image: (\S+)$", "".join(COMPOSE.values()), re.MULTILINE)
        for image in images:
            name, _, tag = image.partition(":")
            self.assertTrue(tag and tag != "latest", image)
        self.assertEqual({i for i in images if i.startswith("carousel")},
                         {"carousel:cpu", "carousel:cuda"})

    def test_ports_are_published_on_loopback_unless_asked(self):
        ports = re.findall(r"^    ports:\n      - (\S+)$", COMPOSE["docker/compose.cpu.yaml"],
                           re.MULTILINE)
        self.assertEqual(len(ports), 3)
        for port in ports:
            self.assertRegex(port, r"^(127\.0\.0\.1|\$\{CAROUSEL_BIND:-127\.0\.0\.1\}):")
            # The host's port is the container's, unless it is asked for.
            self.assertRegex(port, r":\$\{CAROUSEL_(\w+_)?PORT:-(\d+)\}:\2$")

    def test_mounted_folders_are_there(self):
        for folder in re.findall(r"^\s+- (\.\./\S+?):", COMPOSE["docker/compose.cpu.yaml"],
                                 re.MULTILINE):
            self.assertTrue((ROOT / "docker" / folder).is_dir(), folder)

    def test_every_container_has_limits_and_little_power(self):
        services = COMPOSE["docker/compose.cpu.yaml"].split("\nvolumes:")[0]
        count = len(re.findall(r"^    image: ", services, re.MULTILINE))
        self.assertEqual(count, 3)
        for key in ("restart: unless-stopped", "read_only: true", r"cap_drop: \[ALL\]",
                    "mem_limit: ", "pids_limit: ", "- no-new-privileges:true"):
            self.assertEqual(len(re.findall(r"^ +" + key, services, re.MULTILINE)), count, key)

    def test_the_operators_page_names_the_images_libraries(self):
        def libraries(text):
            listed = re.search(r"--no-install-recommends((?:[ \\\n]+[a-z][a-z0-9.+-]+)+)", text)[1]
            return set(listed.replace("\\", " ").split())

        page = (deploy_files.DEPLOY / "README.md").read_text()
        image = DOCKERFILE.rpartition("\nFROM ")[2]
        self.assertIn("libssl3", libraries(image))
        self.assertEqual(libraries(page), libraries(image))

    def test_the_scrape_target_is_the_services_name_and_port(self):
        target = (deploy_files.DEPLOY / "prometheus" / "targets" / "carousel.yml").read_text()
        host, port = re.search(r"^    - (\S+):(\d+)$", target, re.MULTILINE).groups()
        self.assertRegex(COMPOSE["docker/compose.cpu.yaml"], rf"(?m)^  {host}:$")
        self.assertIn(f'"--metrics_listen=0.0.0.0:{port}"', DOCKERFILE)

    def test_the_data_sources_address_is_the_services_name(self):
        source = (deploy_files.DEPLOY / "grafana" / "provisioning" / "datasources"
                  / "prometheus.yml").read_text()
        host = re.search(r"url: http://(\w+):9090", source).group(1)
        self.assertRegex(COMPOSE["docker/compose.cpu.yaml"], rf"(?m)^  {host}:$")

    def test_grafana_has_no_password_to_find(self):
        for setting in ('GF_AUTH_DISABLE_LOGIN_FORM: "true"',
                        'GF_AUTH_BASIC_ENABLED: "false"',
                        'GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION: "true"',
                        "GF_AUTH_ANONYMOUS_ORG_ROLE: Viewer"):
            self.assertIn(setting, COMPOSE["docker/compose.cpu.yaml"])

    def test_the_limit_that_alerts_know_is_the_servers_default(self):
        options = (ROOT / "server" / "options.h").read_text()
        queue = re.search(r"predict_queue = (\d+);", options).group(1)
        limits = {rule["record"]: rule["expr"] for rule in deploy_files.rules()
                  if rule.get("record", "").startswith("carousel:")}
        self.assertEqual(limits["carousel:predict_queue_limit:texts"], f"vector({queue})")

    def test_the_image_is_of_this_version(self):
        version = re.search(r"project\(carousel VERSION (\S+)",
                            (ROOT / "CMakeLists.txt").read_text()).group(1)
        self.assertIn(f"ARG VERSION={version}\n", DOCKERFILE)

    def test_the_image_builds_without_buildkit_and_runs_as_a_plain_user(self):
        self.assertNotIn("--mount=", DOCKERFILE)
        self.assertNotRegex(DOCKERFILE, r"(?m)^# *syntax=")
        self.assertRegex(DOCKERFILE, r"(?m)^USER [1-9]\d+:[1-9]\d+$")
        self.assertRegex(DOCKERFILE, r'(?m)^HEALTHCHECK .*\\\n +CMD \["carousel", .*"health"\]$')

    def test_what_the_build_copies_is_sent_to_it(self):
        ignore = (ROOT / ".dockerignore").read_text().splitlines()
        self.assertIn("*", ignore)
        sources = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE.replace("\\\n", ""),
                             re.MULTILINE)
        for source in " ".join(sources).split():
            self.assertIn("!" + source.split("/")[0], ignore)
            self.assertTrue(list(ROOT.glob(source)), source)


if __name__ == "__main__":
    unittest.main()
