"""deploy/grafana against the model of a dashboard that Grafana publishes:
`with-packages grafana` runs this.

The model's reader passes over what it does not know, so whatever does not come
back out of it is nothing that Grafana reads.
"""

import json
import pathlib
import re
import unittest

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

import deploy_files

HERE = pathlib.Path(__file__).parent


def lost(given, read, path=""):
    """The paths of what is in `given` and is not, or is another, in `read`."""
    if isinstance(given, dict) and isinstance(read, dict):
        for key, value in given.items():
            if key in read:
                yield from lost(value, read[key], f"{path}.{key}")
            else:
                yield f"{path}.{key}"
    elif isinstance(given, list) and isinstance(read, list) and len(given) == len(read):
        for index, (value, other) in enumerate(zip(given, read)):
            yield from lost(value, other, f"{path}[{index}]")
    elif given != read:
        yield path


def read_back(dashboard):
    return json.loads(JSONEncoder().encode(Dashboard.from_json(dashboard)))


class GrafanaTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        register_default_plugins()

    def test_grafana_reads_all_of_every_dashboard(self):
        self.assertEqual(len(deploy_files.dashboards()), 3)
        for name, dashboard in deploy_files.dashboards().items():
            self.assertEqual(list(lost(dashboard, read_back(dashboard))), [], name)

    def test_what_grafana_does_not_know_is_found(self):
        dashboard = deploy_files.dashboards()["serving.json"]
        dashboard["panels"][1]["options"]["no_such_option"] = True
        dashboard["no_such_field"] = 1
        self.assertEqual(sorted(lost(dashboard, read_back(dashboard))),
                         [".no_such_field", ".panels[1].options.no_such_option"])

    def test_the_model_is_of_the_version_that_runs(self):
        pin = (HERE / "grafana-requirements.txt").read_text()
        image = (deploy_files.ROOT / "docker" / "compose.cpu.yaml").read_text()
        self.assertEqual(re.search(r"==\d+!(\S+)", pin).group(1),
                         re.search(r"grafana/grafana:(\S+)", image).group(1))


if __name__ == "__main__":
    unittest.main()
