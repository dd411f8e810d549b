#!/usr/bin/env python3
"""Runs every query of every panel against a Prometheus, and fails on one
without data; and on a metric of the contract that no target exports.

    tests/deploy/query_dashboards.py http://127.0.0.1:9090 [--minutes=5] [--wait=120]

The Prometheus runs with deploy/prometheus (its rules are part of the
dashboards) and scrapes a server that, within those minutes, trained with more
than one epoch and still trains, answered Predict calls, and refused a call (the
panel of errors needs an error). `--wait` asks again until all is there or that
many seconds are over. Exit code 1: something has no data.
"""

import argparse
import json
import math
import sys
import time
import urllib.parse
import urllib.request

import deploy_files
import promql

STEP = 5  # seconds between the points of a range query


class Prometheus:
    """The part of its HTTP API that Grafana uses."""

    def __init__(self, url):
        self.url = url.rstrip("/")

    def get(self, path, **parameters):
        query = urllib.parse.urlencode(parameters)
        with urllib.request.urlopen(f"{self.url}/api/v1/{path}?{query}", timeout=30) as reply:
            return json.load(reply)["data"]

    def values(self, expression, start, end, instant):
        """Every number of the answer that is one."""
        if instant:
            series = self.get("query", query=expression, time=end)["result"]
            samples = [one["value"] for one in series]
        else:
            series = self.get("query_range", query=expression, start=start,
                              end=end, step=STEP)["result"]
            samples = [sample for one in series for sample in one["values"]]
        return [float(v) for _, v in samples if math.isfinite(float(v))]


def without_data(prometheus, minutes, rate_interval):
    """What has none, in words."""
    end = time.time()
    start = end - 60 * minutes
    problems = []
    for name, panel, target in deploy_files.queries():
        variables = {v["name"]: v["allValue"] for v in
                     deploy_files.dashboards()[name]["templating"]["list"]}
        variables |= {"__rate_interval": rate_interval, "__range": f"{minutes}m"}
        expression = promql.replace_variables(target["expr"], variables)
        if not prometheus.values(expression, start, end, target.get("instant", False)):
            problems.append(f"no data: {name}, {panel['title']}, query "
                            f"{target['refId']}: {expression}")
    for series in sorted(deploy_files.contract_series()):
        if not prometheus.get("series", **{"match[]": series, "start": start, "end": end}):
            problems.append(f"not exported: {series}")
    return problems


def main():
    parser = argparse.ArgumentParser(
        description="Runs every query of every panel against a Prometheus.")
    parser.add_argument("url", help="of Prometheus, for example http://127.0.0.1:9090")
    parser.add_argument("--minutes", type=int, default=5, help="how far to look back")
    parser.add_argument("--wait", type=int, default=0,
                        help="seconds to go on asking while something has no data")
    parser.add_argument("--rate_interval", default="1m",
                        help="Grafana's $__rate_interval: four scrape intervals or more")
    flags = parser.parse_args()
    prometheus = Prometheus(flags.url)
    give_up = time.monotonic() + flags.wait
    while True:
        problems = without_data(prometheus, flags.minutes, flags.rate_interval)
        if not problems or time.monotonic() >= give_up:
            break
        time.sleep(1)
    print(*problems, sep="\n", file=sys.stderr)
    count = sum(1 for _ in deploy_files.queries())
    print(f"{count} queries, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
