"""Grafana's dashboards and its provisioning."""

import json
import pathlib
import re
import tempfile
import unittest

import deploy_files
import promql

# A screen of 1920 x 1080 less the browser's and Grafana's own bars holds so
# many rows of Grafana's grid (38 pixels each).
ROWS_OF_A_SCREEN = 22
COLUMNS = 24

GRAFANA_VARIABLES = {"__rate_interval": "1m", "__range": "1h"}


def valid_variables(dashboard):
    names = [v["name"] for v in dashboard["templating"]["list"]]
    return {**GRAFANA_VARIABLES, **{name: ".*" for name in names}}


class DashboardsTest(unittest.TestCase):
    def each_panel(self):
        """(name, panel) of every panel of every dashboard."""
        for name, dashboard in deploy_files.dashboards().items():
            for panel in dashboard["panels"]:
                yield f"{name}: {panel.get('title')}", panel

    def test_there_are_the_three(self):
        self.assertEqual(
            {d["uid"]: d["title"] for d in deploy_files.dashboards().values()},
            {"carousel-training": "Carousel: Training",
             "carousel-serving": "Carousel: Serving",
             "carousel-machine": "Carousel: Machine"})

    def test_every_panel_has_a_title_a_unit_and_a_description(self):
        for name, panel in self.each_panel():
            with self.subTest(name):
                self.assertTrue(panel["title"])
                self.assertTrue(panel["description"].endswith("."))
                self.assertTrue(panel["fieldConfig"]["defaults"]["unit"])
                self.assertTrue(panel["fieldConfig"]["defaults"]["thresholds"]["steps"])

    def test_every_panel_asks_something_under_names_of_its_own(self):
        for name, panel in self.each_panel():
            with self.subTest(name):
                ids = [target["refId"] for target in panel["targets"]]
                self.assertTrue(ids)
                self.assertEqual(len(ids), len(set(ids)))
                self.assertTrue(all(t["legendFormat"] for t in panel["targets"]))

    def test_panel_titles_and_ids_are_unique_in_a_dashboard(self):
        for name, dashboard in deploy_files.dashboards().items():
            for key in ("id", "title"):
                values = [panel[key] for panel in dashboard["panels"]]
                self.assertEqual(len(values), len(set(values)), f"{name}: {key}")

    def test_a_dashboard_fills_one_screen_without_overlaps(self):
        for name, dashboard in deploy_files.dashboards().items():
            cells = set()
            for panel in dashboard["panels"]:
                at = panel["gridPos"]
                mine = {(x, y) for x in range(at["x"], at["x"] + at["w"])
                        for y in range(at["y"], at["y"] + at["h"])}
                self.assertFalse(mine & cells, f"{name}: {panel['title']} overlaps")
                cells |= mine
            screen = {(x, y) for x in range(COLUMNS) for y in range(ROWS_OF_A_SCREEN)}
            self.assertEqual(cells, screen, name)

    def test_queries_use_what_the_server_promises_or_a_rule_records(self):
        records = {rule["record"] for rule in deploy_files.rules() if "record" in rule}
        known = deploy_files.contract_series() | records
        for name, panel, target in deploy_files.queries():
            with self.subTest(f"{name}: {panel['title']}"):
                self.assertLessEqual(promql.metric_names(target["expr"]), known)

    def test_variables_list_labels_of_what_the_server_promises(self):
        contract = deploy_files.contract()
        for name, dashboard in deploy_files.dashboards().items():
            for variable in dashboard["templating"]["list"]:
                match = re.fullmatch(r"label_values\((\w+), (\w+)\)",
                                     variable["query"]["query"])
                self.assertIn(match.group(2), contract[match.group(1)]["labels"],
                              f"{name}: {variable['name']}")
                self.assertTrue(variable["label"] and variable["description"])

    def test_every_variable_is_used(self):
        for name, dashboard in deploy_files.dashboards().items():
            asked = json.dumps(dashboard["panels"])
            for variable in dashboard["templating"]["list"]:
                self.assertRegex(asked, r"\$" + variable["name"] + r"\b", name)

    def test_every_query_is_valid_promql(self):
        rules = []
        for name, panel, target in deploy_files.queries():
            dashboard = deploy_files.dashboards()[name]
            rules.append({"record": f"query:{len(rules)}",
                          "expr": promql.replace_variables(
                              target["expr"], valid_variables(dashboard))})
        with tempfile.TemporaryDirectory() as folder:
            # A rule file is YAML, and JSON is YAML.
            path = pathlib.Path(folder) / "queries.yml"
            path.write_text(json.dumps({"groups": [{"name": "queries", "rules": rules}]}))
            output = deploy_files.promtool("check", "rules", path)
        self.assertIn(f"{len(rules)} rules found", output)

    def test_no_data_source_but_the_provisioned_one(self):
        provisioning = deploy_files.DEPLOY / "grafana" / "provisioning"
        source = (provisioning / "datasources" / "prometheus.yml").read_text()
        uid = re.search(r"^\s+uid: (\S+)$", source, re.MULTILINE).group(1)
        for name, dashboard in deploy_files.dashboards().items():
            self.assertEqual(
                set(re.findall(r'"datasource": ({[^}]*}|"[^"]*")', json.dumps(dashboard))),
                {json.dumps({"type": "prometheus", "uid": uid})}, name)

    def test_dashboards_link_to_each_other(self):
        uids = {d["uid"] for d in deploy_files.dashboards().values()}
        for name, dashboard in deploy_files.dashboards().items():
            linked = {link["url"].removeprefix("/d/") for link in dashboard["links"]}
            self.assertEqual(linked, uids - {dashboard["uid"]}, name)

    def test_the_schema_is_that_of_grafana_11(self):
        for name, dashboard in deploy_files.dashboards().items():
            self.assertIn(dashboard["schemaVersion"], (39, 40, 41), name)
            self.assertNotIn("id", dashboard, name)


if __name__ == "__main__":
    unittest.main()
