"""Reads what stands in deploy/, and runs promtool on it."""

import json
import os
import pathlib
import re
import shutil
import socket
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
RULES = sorted((DEPLOY / "prometheus" / "rules").glob("*.yml"))
RULE_TESTS = sorted((pathlib.Path(__file__).parent / "prometheus").glob("*.test.yml"))

# What Prometheus itself says of a target.
OF_PROMETHEUS = {"up"}


class MissingTool(Exception):
    pass


def promtool(*arguments, **more):
    """Runs promtool; its output, or AssertionError with it."""
    program = os.environ.get("PROMTOOL") or shutil.which("promtool")
    if not program or not pathlib.Path(program).exists():
        raise MissingTool(
            "promtool is missing. It is in Debian's package prometheus: "
            "apt-get install --no-install-recommends prometheus; or name it "
            "in PROMTOOL")
    result = subprocess.run([program, *map(str, arguments)], text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            timeout=120, **more)
    assert result.returncode == 0, f"promtool {arguments}:\n{result.stdout}"
    return result.stdout


def contract():
    """Name -> type and labels, of the metrics that the server promises."""
    return json.loads((pathlib.Path(__file__).parent / "contract_metrics.json").read_text())


def contract_series():
    """The names of the series that those metrics have in Prometheus."""
    series = set()
    for name, metric in contract().items():
        if metric["type"] == "histogram":
            series |= {f"{name}_{part}" for part in ("bucket", "sum", "count")}
        else:
            series.add(name)
    return series


def free_port():
    """Of the loopback interface; free at this moment."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def dashboards():
    """File name -> dashboard."""
    folder = DEPLOY / "grafana" / "dashboards"
    return {path.name: json.loads(path.read_text())
            for path in sorted(folder.glob("*.json"))}


def queries():
    """(dashboard, panel, target) of every query of every panel."""
    for name, dashboard in dashboards().items():
        for panel in dashboard["panels"]:
            for target in panel["targets"]:
                yield name, panel, target


def rules():
    """The rules as dicts of strings: record or alert, expr, and what stands
    below them. Reads the YAML that deploy/prometheus uses, `key: value` and
    folded `>-` blocks, not all of YAML; prometheus_test.py holds the number of
    rules against promtool's."""
    found = []
    for path in RULES:
        block = None  # (indent, key) of a folded value
        for line in path.read_text().splitlines():
            text = line.strip()
            indent = len(line) - len(line.lstrip())
            if not text or text.startswith("#"):
                continue
            if block and indent > block[0]:
                found[-1][block[1]] = (found[-1][block[1]] + " " + text).strip()
                continue
            block = None
            match = re.match(r"(- )?(\w+):\s*(.*)$", text)
            if not match:
                raise ValueError(f"{path.name}: cannot read {text!r}")
            start, key, value = match.groups()
            if start and key in ("record", "alert"):
                found.append({})
            if not found or key in ("groups", "name", "rules"):
                continue
            found[-1][key] = "" if value == ">-" else value.strip("'")
            if value == ">-":
                block = (indent, key)
    return found
