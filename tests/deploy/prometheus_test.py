"""The scrape configuration, the rules and the alerts."""

import re
import unittest

import deploy_files
import promql


def runbook_anchors():
    """The anchors of deploy/README.md, as its readers' software makes them."""
    text = (deploy_files.DEPLOY / "README.md").read_text()
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


class PrometheusTest(unittest.TestCase):
    def test_promtool_accepts_the_configuration_and_its_rules(self):
        output = deploy_files.promtool(
            "check", "config", deploy_files.DEPLOY / "prometheus" / "prometheus.yml")
        self.assertIn(f"{len(deploy_files.RULES)} rule files found", output)

    def test_every_rule_is_read_here_as_promtool_reads_it(self):
        output = deploy_files.promtool("check", "rules", *deploy_files.RULES)
        found = sum(map(int, re.findall(r"(\d+) rules found", output)))
        self.assertEqual(len(deploy_files.rules()), found)
        self.assertTrue(all(rule.get("expr") for rule in deploy_files.rules()))

    def test_rules_do_what_their_tests_say(self):
        self.assertTrue(deploy_files.RULE_TESTS)
        deploy_files.promtool("test", "rules", *deploy_files.RULE_TESTS)

    def test_rules_use_what_the_server_promises_or_another_rule_records(self):
        records = {rule["record"] for rule in deploy_files.rules() if "record" in rule}
        known = deploy_files.contract_series() | records | deploy_files.OF_PROMETHEUS
        for rule in deploy_files.rules():
            with self.subTest(rule.get("record") or rule["alert"]):
                self.assertLessEqual(promql.metric_names(rule["expr"]), known)

    def test_every_alert_says_what_it_is_and_where_to_read_on(self):
        anchors = runbook_anchors()
        alerts = [rule for rule in deploy_files.rules() if "alert" in rule]
        for alert in alerts:
            with self.subTest(alert["alert"]):
                self.assertTrue(alert.get("summary"))
                self.assertTrue(alert.get("description"))
                self.assertIn(alert.get("severity"), ("warning", "critical"))
                page, _, anchor = alert.get("runbook_url", "").partition("#")
                self.assertEqual(page, "deploy/README.md")
                self.assertEqual(anchor, alert["alert"].lower())
                self.assertIn(anchor, anchors)

    def test_every_alert_has_a_case_that_fires_and_one_that_does_not(self):
        cases = {}
        for path in deploy_files.RULE_TESTS:
            for name, outcome in re.findall(
                    r"alertname: (\w+)\n\s+exp_alerts:(.*)", path.read_text()):
                cases.setdefault(name, set()).add(
                    "quiet" if outcome.strip() == "[]" else "fires")
        alerts = [rule["alert"] for rule in deploy_files.rules() if "alert" in rule]
        self.assertEqual(cases, {name: {"fires", "quiet"} for name in alerts})

    def test_the_contract_list_is_what_the_server_registers(self):
        exported = set()
        for path in (deploy_files.ROOT / "server").glob("*.cc"):
            exported |= set(re.findall(r'"((?:carousel|process)_[a-z_]+)"', path.read_text()))
        exported.discard("carousel_worker")  # a program
        self.assertEqual(exported, set(deploy_files.contract()))

    def test_the_operators_page_explains_every_metric(self):
        page = (deploy_files.DEPLOY / "README.md").read_text()
        rows = re.findall(r"^\| `(\w+)` \| ([\w, ]*)\|", page, re.MULTILINE)
        explained = {name: [x for x in labels.replace(" ", "").split(",") if x]
                     for name, labels in rows}
        self.assertEqual(explained, {name: metric["labels"] for name, metric
                                     in deploy_files.contract().items()})


if __name__ == "__main__":
    unittest.main()
