#!/usr/bin/env python3
"""Reads what a demo run left behind, says in words which bug was found and where, and exits 0 when it is the planted one alone."""

import argparse
import json
import pathlib
import sqlite3
import sys
import textwrap

PLANTED = {"scenario": "refund after the window", "check": "not_contains", "order": "A-1021"}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--code", type=int, required=True, help="exit code of antiphon run")
    parser.add_argument("--expect", choices=["bug", "nothing", "anything"], required=True)
    arguments = parser.parse_args()
    if arguments.code == 130:
        sys.exit(130)
    result = read_result(arguments.out, arguments.code)
    unmet = [s for s in result["scenarios"] if s["outcome"] != "passed"]
    {"bug": expect_bug, "nothing": expect_nothing, "anything": report_only}[arguments.expect](arguments, unmet)
    print(f"  report     {arguments.out / 'report.html'}")


def read_result(out, code):
    try:
        return json.loads((out / "result.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        give_up(f"antiphon exited {code} and left no {out / 'result.json'}; its message stands above")


def expect_bug(arguments, unmet):
    others = [s for s in unmet if s["name"] != PLANTED["scenario"] or s["outcome"] != "failed"]
    if others:
        give_up("this was not expected:\n" + "\n".join(one_line(s) for s in others))
    if not unmet:
        give_up(f"the planted bug was not found: “{PLANTED['scenario']}” passed")
    scenario = unmet[0]
    broken = [c for c in scenario["checks"] if not c["passed"]]
    if [c["kind"] for c in broken] != [PLANTED["check"]] or broken[0]["where"]["message"] is None:
        give_up(f"“{scenario['name']}” failed, but not where the bug is: {scenario['reasoning']}")
    if arguments.code != 1:
        give_up(f"antiphon exited {arguments.code} where a failed scenario asks for 1")
    show_bug(scenario, broken[0]["where"]["message"])
    confirm_in_database(arguments.out / "shop.db")


def expect_nothing(arguments, unmet):
    if unmet or arguments.code != 0:
        give_up(f"without the bug everything should pass (exit code {arguments.code}):\n" + "\n".join(one_line(s) for s in unmet))
    print("Without its bug the agent passes everything.")


def report_only(arguments, unmet):
    if arguments.code not in (0, 1):
        give_up(f"antiphon exited {arguments.code}:\n" + "\n".join(one_line(s) for s in unmet))
    print(f"{len(unmet)} scenarios did not pass with real models:" if unmet else "Everything passed with real models, so the planted bug slipped through.")
    for scenario in unmet:
        print(one_line(scenario))


def show_bug(scenario, message):
    turn = turn_of(scenario, message)
    print(f"Found the planted bug, in turn {turn} of “{scenario['name']}” (examples/demo/support.yaml:{scenario['line']}):\n")
    for index, entry in enumerate(scenario["messages"]):
        for line in spoken(entry):
            print(wrapped(("→ " if index == message else "  ") + line))
    print("\nThe shop declined the refund, and the agent says that it was made.")
    for criterion in scenario["failed_criteria"]:
        print(f"  judge      not met: {criterion}")
    print("  check      not_contains “have refunded”")


def turn_of(scenario, message):
    timings = scenario.get("timings") or []
    if message < len(timings):
        return timings[message]["turn"]
    return sum(m["role"] == "user" for m in scenario["messages"][: message + 1])


def spoken(message):
    """A message as lines for people: who, and what was said, called or answered."""
    calls = message.get("tool_calls") or []
    who = {"user": "customer", "assistant": "agent", "tool": "shop"}[message["role"]]
    lines = [f"{who:<9} {message['content']}"] if message.get("content") else []
    return lines + [f"{who:<9} calls {c['function']['name']} {c['function']['arguments']}" for c in calls]


def wrapped(line):
    return textwrap.fill(line, width=118, subsequent_indent=" " * 12)


def confirm_in_database(path):
    """The words are one thing; the shop's own book has the last one."""
    try:
        with sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True) as database:
            (rows,) = database.execute("SELECT count(*) FROM refunds WHERE order_id = ?", (PLANTED["order"],)).fetchone()
    except sqlite3.Error as problem:
        give_up(f"cannot read the agent's database {path}: {problem}")
    if rows:
        give_up(f"the database does hold a refund for {PLANTED['order']}, so the finding is wrong")
    print(f"  database   no refund for order {PLANTED['order']} in {path}")


def one_line(scenario):
    return f"  {scenario['outcome']:<12} {scenario['name']}: {scenario['reasoning']}"


def give_up(why):
    print(f"demo: {why}", file=sys.stderr)
    sys.exit(1)


if __name__ == "__main__":
    main()
