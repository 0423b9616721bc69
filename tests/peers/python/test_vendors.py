"""`antiphon run` (ANTIPHON) with models of vendors that have wires of their own: servers of their types play agent, customer and judge."""

import json
import os
import pathlib
import subprocess

import pytest
import test_anthropic
import test_gemini
from recorder import Recorder

SUITE = pathlib.Path(__file__).with_name("vendors.suite.yaml")
FOUND = "Your order has shipped 🙂 It arrives on Thursday, 你好."


def agent(said, results, _):
    if results:
        return FOUND
    return ("lookup_order", {"order": "A-1007"}) if "A-1007" in said else "May I have your order number, please?"


def customer(said, *_):
    return "it is A-1007" if "order number" in said else "where is my parcel??"


def judge(said, _, tools):
    if "finish_test" not in tools:
        return ("make_verdict" if "arrives on Thursday" in said else "continue_test"), {}
    criteria = tools["finish_test"]["properties"]["criteria"]["properties"]
    answer = {"requirement": "it is asked", "reasoning": "message 1 asks", "status": "passed", "evidence": [1]}
    return "finish_test", {"reasoning": "all was said", "criteria": dict.fromkeys(criteria, answer)}


ROLES = {"agent": agent, "user": customer, "judge": judge}


def by_anthropic(asked):
    last = asked.body["messages"][-1]["content"]
    results = [block for block in last if block["type"] == "tool_result"]
    said = "\n".join(block["text"] for block in last if block["type"] == "text")
    tools = {tool["name"]: tool["input_schema"] for tool in asked.body.get("tools", [])}
    answer = ROLES[asked.headers["x-antiphon-role"]](said, results, tools)
    if isinstance(answer, str):
        return test_anthropic.message(test_anthropic.text(answer))
    return test_anthropic.message(test_anthropic.THINKING, test_anthropic.use(*answer), reason="tool_use")


def by_gemini(asked):
    last = asked.body["contents"][-1]["parts"]
    results = [part for part in last if "functionResponse" in part]
    said = "\n".join(part["text"] for part in last if "text" in part)
    declared = [one for tool in asked.body.get("tools", []) for one in tool["functionDeclarations"]]
    tools = {one["name"]: one["parametersJsonSchema"] for one in declared}
    answer = ROLES[asked.headers["x-antiphon-role"]](said, results, tools)
    part = test_gemini.text(answer) if isinstance(answer, str) else test_gemini.call(*answer, thought_signature=b"signed")
    return test_gemini.whole(part)


class Run:
    def __init__(self, out):
        with Recorder(by_anthropic) as one, Recorder(by_gemini) as other:
            environment = os.environ | {"ANTHROPIC_PEER": one.url, "GEMINI_PEER": other.url}
            command = [os.environ["ANTIPHON"], "run", SUITE, "--out", out]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
        self.asked = {"anthropic": one.asked, "gemini": other.asked}
        self.exit_code, self.output = done.returncode, done.stdout + done.stderr
        result = json.loads((out / "result.json").read_text()) if (out / "result.json").exists() else {"scenarios": []}
        self.scenarios = {scenario["name"]: scenario for scenario in result["scenarios"]}

    def bodies(self, vendor, role):
        return [asked.body for asked in self.asked[vendor] if asked.headers["x-antiphon-role"] == role]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return Run(tmp_path_factory.mktemp("vendors"))


@pytest.mark.parametrize("vendor", ["anthropic", "gemini"])
def test_a_vendor_plays_agent_user_and_judge(run, vendor):
    scenario = run.scenarios[vendor]
    assert scenario["outcome"] == "passed", (scenario["reasoning"], run.output)
    spoken = [message for message in scenario["messages"] if message["role"] == "assistant"]
    assert spoken[-1]["content"] == FOUND
    [call] = [call for message in spoken for call in message.get("tool_calls", [])]
    assert json.loads(call["function"]["arguments"]) == {"order": "A-1007"}
    [result] = [message for message in scenario["messages"] if message["role"] == "tool"]
    assert result["tool_call_id"] == call["id"] and json.loads(result["content"])["arrives"] == "Thursday"
    assert [criterion["status"] for criterion in scenario["criteria"]] == ["passed"]


def test_judges_are_forced_to_decide(run):
    last = run.bodies("anthropic", "judge")[-1]
    assert last["tool_choice"] == {"type": "tool", "name": "finish_test"}
    last = run.bodies("gemini", "judge")[-1]
    assert last["toolConfig"] == {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["finish_test"]}}


def test_settings_of_a_participant_are_sent(run):
    assert {body["max_tokens"] for body in run.bodies("anthropic", "user")} == {60}
    assert {body["generationConfig"]["maxOutputTokens"] for body in run.bodies("gemini", "user")} == {60}
    assert {body["temperature"] for body in run.bodies("anthropic", "user")} == {0}
    assert all("desk" in body["system"] for body in run.bodies("anthropic", "agent"))
    assert all("desk" in body["systemInstruction"]["parts"][0]["text"] for body in run.bodies("gemini", "agent"))


def test_tokens_are_counted(run):
    for vendor, tokens in {"anthropic": (35, 7), "gemini": (30, 10)}.items():
        usage = run.scenarios[vendor]["usage"]
        answered = len(run.asked[vendor])
        assert (usage["input_tokens"], usage["output_tokens"], usage["calls"]) == (tokens[0] * answered, tokens[1] * answered, answered)
        assert (usage["cached_input_tokens"], usage["reasoning_tokens"]) == (20 * answered, 3 * answered)
    assert run.scenarios["anthropic"]["usage"]["cache_write_tokens"] == 4 * len(run.asked["anthropic"])


def test_what_has_no_form_is_an_error_of_the_harness(run):
    scenario = run.scenarios["a picture that anthropic takes and a sound that it does not"]
    assert (scenario["outcome"], scenario["error"]["party"], run.exit_code) == ("error", "harness", 3)
    assert "message 0 (user), part 1 (input_audio) cannot be sent" in scenario["error"]["message"]
