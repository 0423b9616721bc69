#!/usr/bin/env python3
"""planted_bugs.py ANTIPHON SPOKEN_AGENT OUT BUG: what the suite finds in the desk with that bug; `none` finds nothing. Exits 1 when it finds anything else.

Time is real here: on a machine that has too much to do a cut-in comes too late, which is the harness's fault and decides nothing."""

import json
import os
import pathlib
import socket
import subprocess
import sys

# Per bug: the scenario that catches it, the kind of check that fails, and whether that check has a figure.
FINDINGS = {
    "talks-over": ("lets the caller finish", "overlap"),
    "late": ("answers in time", "time_to_first_audio"),
    "ignores-barge-in": ("stops when the caller cuts in", "interruption"),
    "ignores-signal": ("stops when it is told to", "interruption"),
    "mishears": ("understands the order number", "heard"),
    "goes-silent": ("does not go silent", "silence"),
}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main():
    antiphon, agent, out, bug = sys.argv[1:]
    suite = pathlib.Path(__file__).with_name("suite.yaml")
    name, kind = FINDINGS.get(bug, (None, None))
    command = [antiphon, "run", str(suite), "--allow-commands", "--out", out, "-j", "1"] + (["-k", name] if name else [])
    environment = os.environ | {"SPOKEN_AGENT": agent, "SPOKEN_PORT": str(free_port()), "BUG": bug}
    code = subprocess.run(command, env=environment, check=False).returncode
    scenarios = json.loads((pathlib.Path(out) / "result.json").read_text())["scenarios"]
    if name is None:
        undecided = [each for each in scenarios if each["outcome"] == "inconclusive" and each["fault"]["party"] == "harness"]
        passed = [each for each in scenarios if each["outcome"] == "passed"]
        if len(passed) < 4 or len(passed) + len(undecided) != len(scenarios):
            sys.exit("something was found in a desk without a bug")
        return
    if code != 1:
        sys.exit(f"exit code {code} instead of 1")
    for scenario in scenarios:
        broken = [check["kind"] for check in scenario["checks"] if not check["passed"]]
        if scenario["outcome"] != "failed" or kind not in broken:
            sys.exit(f"{scenario['name']}: {scenario['outcome']}, broken: {broken}")
        if scenario["fault"]["party"] != "agent":
            sys.exit(f"{scenario['name']} is laid to {scenario['fault']}")


main()
