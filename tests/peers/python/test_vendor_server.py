"""Our clients against a server of the vendor's types: `antiphon run` (ANTIPHON) plays a suite against it, and leaves its report in
ANTIPHON_VENDOR_OUT for the browser to look at."""

import json
import os
import pathlib
import shutil
import subprocess
from collections import Counter

import pytest
from vendor_server import USAGE, VendorServer

SUITE = pathlib.Path(__file__).with_name("vendor.suite.yaml")


class Run:
    """What one run of the suite left: its scenarios by name, and what the server was asked."""

    def __init__(self, out):
        with VendorServer() as server:
            command = [os.environ["ANTIPHON"], "run", SUITE, "--out", out]
            done = subprocess.run(command, env=os.environ | {"VENDOR_URL": server.url}, capture_output=True, text=True, timeout=120, check=False)
            self.requests = list(server.requests)
        self.exit_code, self.output = done.returncode, done.stdout + done.stderr
        result = json.loads((out / "result.json").read_text()) if (out / "result.json").exists() else {"scenarios": []}
        self.scenarios = {scenario["name"]: scenario for scenario in result["scenarios"]}

    def bodies(self, role):
        return [body for seen, body in self.requests if seen == role]


@pytest.fixture(scope="module")
def run():
    out = pathlib.Path(os.environ["ANTIPHON_VENDOR_OUT"])
    shutil.rmtree(out, ignore_errors=True)
    return Run(out)


def test_the_suite_is_played_to_its_end(run):
    outcomes = Counter(scenario["outcome"] for scenario in run.scenarios.values())
    assert (outcomes, run.exit_code) == ({"passed": 4, "error": 2}, 3), run.output


@pytest.mark.parametrize("name", ["agent answers whole", "agent streams", "agent is a model", "user and judge are models"])
def test_words_and_calls_arrive_whole(run, name):
    scenario = run.scenarios[name]
    assert scenario["outcome"] == "passed", scenario["reasoning"]
    spoken = [message for message in scenario["messages"] if message["role"] == "assistant"]
    assert spoken[-1]["content"] == "Your order has shipped 🙂 It arrives on Thursday, 你好."
    [call] = [call for message in spoken for call in message.get("tool_calls", [])]
    assert call["id"] == "call_lookup_order" and json.loads(call["function"]["arguments"]) == {"order": "A-1007"}
    [result] = [message for message in scenario["messages"] if message["role"] == "tool"]
    assert result["tool_call_id"] == "call_lookup_order" and json.loads(result["content"])["arrives"] == "Thursday"


def test_only_the_agent_that_shall_stream_is_asked_to(run):
    streamed = [body for body in run.bodies("agent") if body.get("stream")]
    assert len(streamed) == 3
    assert all(body["stream_options"] == {"include_usage": True} for body in streamed)


def test_what_a_vendor_adds_is_sent(run):
    assert sum(body.get("temperature") == 0.5 for body in run.bodies("agent")) == 6  # two scenarios have the suite's agent


def test_a_model_that_refuses_a_parameter_is_asked_without_it(run):
    bodies = run.bodies("user")
    assert sum("max_tokens" in body for body in bodies) == 1 and "max_tokens" in bodies[0]
    assert len(bodies) > 2 and all(body["max_completion_tokens"] == 60 for body in bodies[1:])


def test_a_judge_is_asked_again_after_a_rate_limit_and_forced_at_the_end(run):
    first, second, *_, last = run.bodies("judge")
    assert first == second
    assert last["tool_choice"] == {"type": "function", "function": {"name": "finish_test"}}
    scenario = run.scenarios["user and judge are models"]
    assert [criterion["status"] for criterion in scenario["criteria"]] == ["passed", "passed"]
    assert scenario["criteria"][0]["evidence"] == [1]


def test_tokens_are_counted(run):
    usage = run.scenarios["user and judge are models"]["usage"]
    answered = len(run.bodies("user")) - 1 + len(run.bodies("judge")) - 1  # each was refused once
    assert usage["input_tokens"] == USAGE.prompt_tokens * answered and usage["output_tokens"] == USAGE.completion_tokens * answered
    assert sorted(model["role"] for model in usage["models"]) == ["judge", "user"]
    assert sum(model["calls"] for model in usage["models"]) == usage["calls"]


def test_a_wrong_key_is_the_error_of_whoever_has_it(run):
    agent, user = (run.scenarios[name] for name in ("agent's key is wrong", "user's key is wrong"))
    assert agent["error"]["party"] == "agent" and user["error"]["party"] == "provider"
    for scenario in (agent, user):
        assert "401" in scenario["reasoning"] and "Incorrect API key" in scenario["reasoning"]
        assert "sk-wrong" not in json.dumps(scenario)
