"""What `--reporter junit` writes, read by the parser that other tools use."""

import os
import subprocess

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped

SUITE = """antiphon: 1
name: "Desk <&> \\"quoted\\""
agent: {model: rules/desk.rules.yaml}
scenarios:
  - {name: passes, script: [user: hi, agent], checks: [{contains: order}]}
  - {name: "fails ]]> & <b>", script: [user: hi, agent], checks: [{contains: refund}]}
  - {name: undecided, script: [user: hi, agent]}
  - {name: never begun, script: [user: hi, agent], checks: [{contains: order}]}
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("junit")
    (folder / "rules").mkdir()
    (folder / "rules/desk.rules.yaml").write_text("rules: [{reply: 'your order, please'}]\n")
    (folder / "desk.yaml").write_text(SUITE)
    command = [os.environ["ANTIPHON"], "run", "desk.yaml", "-j", "1", "--max-failures", "2", "--reporter", "junit=out.xml"]
    assert subprocess.run(command, cwd=folder, capture_output=True, text=True).returncode == 1
    return JUnitXml.fromfile(str(folder / "out.xml"))


def cases(run):
    return {case.name: case for suite in run for case in suite}


def test_counts_are_those_of_the_cases(run):
    suite = next(iter(run))
    assert suite.name == 'Desk <&> "quoted"'
    assert (suite.tests, suite.failures, suite.errors, suite.skipped) == (4, 1, 1, 1)
    assert len(list(suite)) == 4


def test_every_outcome_has_its_element(run):
    found = {name: [type(result) for result in case.result] for name, case in cases(run).items()}
    assert found == {"passes": [], "fails ]]> & <b>": [Failure], "undecided": [Error], "never begun": [Skipped]}


def test_a_failure_says_why(run):
    failure = cases(run)["fails ]]> & <b>"].result[0]
    assert "refund" in failure.message
    assert "your order, please" in failure.text
