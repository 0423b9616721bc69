"""Our client and the vendor's own (`anthropic`), both asked to say the same, and our client on answers of the vendor's types."""

import json

import anthropic
import pytest
from anthropic import types
from anthropic.lib._parse._transform import transform_schema
from recorder import LOOKUP, PAPER, PIXEL, REFUND, Answer, Recorder, ask, calls, in_turn, result

MODEL = "claude-peer"
USAGE = types.Usage(input_tokens=11, cache_creation_input_tokens=4, cache_read_input_tokens=20, output_tokens=7, output_tokens_details={"thinking_tokens": 3})


def message(*blocks, reason="end_turn", **fields):
    whole = types.Message(id="msg_peer", type="message", role="assistant", model=MODEL, content=list(blocks), stop_reason=reason, usage=USAGE, **fields)
    return Answer(whole.model_dump_json())


def text(words):
    return types.TextBlock(type="text", text=words)


def use(name, arguments, id="toolu_1"):
    return types.ToolUseBlock(type="tool_use", id=id, name=name, input=arguments)


THINKING = types.ThinkingBlock(type="thinking", thinking="the number is there", signature="c2lnbmVk")


def in_meaning(body):
    """A request without what two ways of writing the same differ in."""
    body = json.loads(json.dumps(body))
    for turn in body["messages"]:
        turn["content"] = blocks_of(turn["content"])
    if not body.get("stream"):
        body.pop("stream", None)
    if isinstance(body.get("system"), list):
        body["system"] = "\n\n".join(block["text"] for block in body["system"])
    return body


def blocks_of(content):
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
    for block in blocks:
        if block["type"] == "tool_result":
            block["content"] = blocks_of(block["content"])
    return blocks


def tools(*list_):
    return [{"name": one["name"], "description": one["description"], "input_schema": one["parameters"]} for one in list_]


def image(source):
    return {"type": "image", "source": source}


SCHEMA = {"type": "object", "properties": {"status": {"enum": ["shipped", "lost"]}, "notes": {"type": "array", "items": {"type": "string"}}}, "required": ["status"]}
HELLO = [{"role": "user", "content": "where is my parcel? 📦"}]
CALLED = [*HELLO, calls(("toolu_1", "lookup_order", {"order": "A-1007"}), ("toolu_2", "refund", {"order": "A-1007", "cents": 5}), text="let me look")]
USED = [
    *HELLO,
    {
        "role": "assistant",
        "content": [
            {"type": "text", "text": "let me look"},
            {"type": "tool_use", "id": "toolu_1", "name": "lookup_order", "input": {"order": "A-1007"}},
            {"type": "tool_use", "id": "toolu_2", "name": "refund", "input": {"order": "A-1007", "cents": 5}},
        ],
    },
    {
        "role": "user",
        "content": [
            {"type": "tool_result", "tool_use_id": "toolu_1", "content": '{"status": "shipped"}'},
            {"type": "tool_result", "tool_use_id": "toolu_2", "content": "no"},
            {"type": "text", "text": "and?"},
        ],
    },
]
PICTURES = [
    {"type": "text", "text": "look"},
    {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}},
    {"type": "image_url", "image_url": {"url": "https://example.com/x.jpg"}},
    {"type": "file", "file": {"filename": "terms.pdf", "file_data": f"data:application/pdf;base64,{PAPER}"}},
]
SHOWN = [
    {"type": "text", "text": "look"},
    image({"type": "base64", "media_type": "image/png", "data": PIXEL}),
    image({"type": "url", "url": "https://example.com/x.jpg"}),
    {"type": "document", "title": "terms.pdf", "source": {"type": "base64", "media_type": "application/pdf", "data": PAPER}},
]
# name: (what ours is asked, what theirs is asked)
REQUESTS = {
    "words": ({"messages": HELLO, "system": "be brief", "max_tokens": 60}, {"messages": HELLO, "system": "be brief", "max_tokens": 60}),
    "roles": (
        {"messages": [*HELLO, {"role": "assistant", "content": "which?"}, {"role": "user", "content": "A-1007"}]},
        {"messages": [*HELLO, {"role": "assistant", "content": "which?"}, {"role": "user", "content": "A-1007"}]},
    ),
    "tools": ({"messages": HELLO, "tools": [LOOKUP, REFUND]}, {"messages": HELLO, "tools": tools(LOOKUP, REFUND)}),
    "forced": ({"messages": HELLO, "tools": [LOOKUP], "tool_choice": "required"}, {"messages": HELLO, "tools": tools(LOOKUP), "tool_choice": {"type": "any"}}),
    "named": (
        {"messages": HELLO, "tools": [LOOKUP], "tool_choice": "lookup_order"},
        {"messages": HELLO, "tools": tools(LOOKUP), "tool_choice": {"type": "tool", "name": "lookup_order"}},
    ),
    "none": ({"messages": HELLO, "tools": [LOOKUP], "tool_choice": "none"}, {"messages": HELLO, "tools": tools(LOOKUP), "tool_choice": {"type": "none"}}),
    "results": (
        {"messages": [*CALLED, result("toolu_1", '{"status": "shipped"}'), result("toolu_2", "no"), {"role": "user", "content": "and?"}], "tools": [LOOKUP, REFUND]},
        {"messages": USED, "tools": tools(LOOKUP, REFUND)},
    ),
    "pictures": ({"messages": [{"role": "user", "content": PICTURES}]}, {"messages": [{"role": "user", "content": SHOWN}]}),
    "schema": (
        {"messages": HELLO, "response_schema": SCHEMA},
        {"messages": HELLO, "output_config": {"format": {"type": "json_schema", "schema": transform_schema(SCHEMA)}}},
    ),
    "stream": ({"messages": HELLO, "stream": True}, {"messages": HELLO, "stream": True}),
    "temperature": ({"messages": HELLO, "temperature": 0.5}, {"messages": HELLO, "extra_body": {"temperature": 0.5}}),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_both_clients_say_the_same(name):
    ours, theirs = REQUESTS[name]
    with Recorder(lambda asked: streamed(text("hello")) if asked.body.get("stream") else message(text("hello"))) as server:
        assert ask(f"anthropic/{MODEL}", server.url, **ours)["message"]["content"] == "hello"
        with anthropic.Anthropic(base_url=server.url, api_key="sk-peer", max_retries=0) as client:
            answer = client.messages.create(**{"model": MODEL, "max_tokens": 16384} | theirs)
            assert not ours.get("stream") or [event.type for event in answer]
    mine, vendors = server.asked
    assert mine.path == vendors.path == "/v1/messages"
    assert in_meaning(mine.body) == in_meaning(vendors.body)
    assert mine.headers["content-type"] == vendors.headers["content-type"] == "application/json"
    assert mine.headers["x-api-key"] == "sk-peer" and vendors.headers["authorization"] == "Bearer sk-peer"
    assert mine.headers["anthropic-version"] == ("2023-06-01" if "temperature" in ours else vendors.headers["anthropic-version"])


def event(made):
    return f"event: {made.type}\ndata: {made.model_dump_json()}\n\n"


def deltas(block):
    if block.type == "text":
        return block.model_copy(update={"text": ""}), [types.TextDelta(type="text_delta", text=block.text[at : at + 3]) for at in range(0, len(block.text), 3)]
    if block.type == "thinking":
        pieces = [types.ThinkingDelta(type="thinking_delta", thinking=block.thinking), types.SignatureDelta(type="signature_delta", signature=block.signature)]
        return block.model_copy(update={"thinking": "", "signature": ""}), pieces
    written = json.dumps(block.input)
    return block.model_copy(update={"input": {}}), [types.InputJSONDelta(type="input_json_delta", partial_json=written[at : at + 4]) for at in range(0, len(written), 4)]


def streamed(*blocks, reason="end_turn", error=None):
    started = types.Message(id="msg_peer", type="message", role="assistant", model=MODEL, content=[], usage=USAGE.model_copy(update={"output_tokens": 1}))
    events = [event(types.RawMessageStartEvent(type="message_start", message=started)), 'event: ping\ndata: {"type": "ping"}\n\n']
    for index, block in enumerate(blocks):
        bare, pieces = deltas(block)
        events.append(event(types.RawContentBlockStartEvent(type="content_block_start", index=index, content_block=bare)))
        events += [event(types.RawContentBlockDeltaEvent(type="content_block_delta", index=index, delta=delta)) for delta in pieces]
        events.append(event(types.RawContentBlockStopEvent(type="content_block_stop", index=index)))
    if error:
        return Answer(events=[*events, f"event: error\ndata: {error.model_dump_json()}\n\n"])
    usage = types.MessageDeltaUsage(output_tokens=7, output_tokens_details={"thinking_tokens": 3})
    delta = {"stop_reason": reason, "stop_sequence": None}
    events.append(event(types.RawMessageDeltaEvent(type="message_delta", delta=delta, usage=usage)))
    return Answer(events=[*events, event(types.RawMessageStopEvent(type="message_stop"))])


@pytest.mark.parametrize("stream", [False, True])
def test_words_thoughts_and_calls_arrive_whole(stream):
    blocks = [THINKING, text("Let me look 🙂 你好"), use("lookup_order", {"order": "A-1007"})]
    answer = streamed(*blocks, reason="tool_use") if stream else message(*blocks, reason="tool_use")
    with Recorder(in_turn(answer)) as server:
        got = ask(f"anthropic/{MODEL}", server.url, messages=HELLO, tools=[LOOKUP], stream=stream)
    assert got["message"]["content"] == "Let me look 🙂 你好"
    [call] = got["message"]["tool_calls"]
    assert call["id"] == "toolu_1" and json.loads(call["function"]["arguments"]) == {"order": "A-1007"}
    assert got["finish_reason"] == "tool_calls"
    assert got["usage"] == {"input": 35, "output": 7, "cached": 20, "reasoning": 3, "written": 4}
    assert not stream or "".join(got["pieces"]) == "Let me look 🙂 你好"


def test_signed_thoughts_go_back_as_they_came():
    blocks = [THINKING, text("look"), use("lookup_order", {"order": "A-1007"})]
    with Recorder(in_turn(message(*blocks, reason="tool_use"), message(text("done")))) as server:
        first = ask(f"anthropic/{MODEL}", server.url, messages=HELLO, tools=[LOOKUP])
        ask(f"anthropic/{MODEL}", server.url, messages=[*HELLO, first["message"], result("toolu_1", "ok")], tools=[LOOKUP])
    sent = server.asked[1].body["messages"][1]
    assert sent["content"] == [block.model_dump() for block in blocks]


def test_a_refusal_tells_why():
    details = types.RefusalStopDetails(type="refusal", category="bio", explanation="not that")
    with Recorder(in_turn(message(reason="refusal", stop_details=details))) as server:
        got = ask(f"anthropic/{MODEL}", server.url, messages=HELLO)
    assert got["message"] == {"role": "assistant", "content": "", "refusal": "not that"} and got["finish_reason"] == "content_filter"


def failure(kind, words):
    return types.ErrorResponse(type="error", error={"type": kind, "message": words}, request_id="req_peer")


def failing(status, kind, words="no, sk-peer", **headers):
    return Answer(failure(kind, words).model_dump_json(), status, headers)


@pytest.mark.parametrize(
    ("status", "type_", "kind"),
    [(401, "authentication_error", "unauthorized"), (404, "not_found_error", "not_found"), (400, "invalid_request_error", "invalid_input")],
)
def test_errors_that_stay_are_told_at_once(status, type_, kind):
    with Recorder(in_turn(failing(status, type_))) as server:
        got = ask(f"anthropic/{MODEL}", server.url, messages=HELLO)["error"]
    assert len(server.asked) == 1 and got["party"] == "provider" and got["kind"].replace(" ", "_") == kind
    assert str(status) in got["message"] and "sk-peer" not in got["message"] and "no, ***" in got["message"]


def test_overload_and_rate_limits_are_tried_again():
    answers = in_turn(failing(529, "overloaded_error", **{"retry-after": "0.01"}), failing(429, "rate_limit_error", **{"retry-after": "0.01"}), message(text("hello")))
    with Recorder(answers) as server:
        assert ask(f"anthropic/{MODEL}", server.url, messages=HELLO)["message"]["content"] == "hello"
    assert len(server.asked) == 3


def test_an_error_in_the_middle_of_a_stream_is_told():
    with Recorder(in_turn(streamed(text("Hello"), error=failure("overloaded_error", "Overloaded")))) as server:
        got = ask(f"anthropic/{MODEL}", server.url, messages=HELLO, stream=True)["error"]
    assert "Overloaded" in got["message"] and got["kind"] == "unavailable"


def test_a_refused_temperature_is_left_out():
    answers = in_turn(failing(400, "invalid_request_error", "`temperature` is deprecated for this model."), message(text("hello")))
    with Recorder(answers) as server:
        assert ask(f"anthropic/{MODEL}", server.url, messages=HELLO, temperature=0.2)["message"]["content"] == "hello"
    assert ["temperature" in asked.body for asked in server.asked] == [True, False]


def test_sound_is_refused_before_anything_is_sent():
    parts = [{"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}]
    with Recorder(in_turn(message(text("hello")))) as server:
        got = ask(f"anthropic/{MODEL}", server.url, messages=[*HELLO, {"role": "user", "content": parts}])["error"]
    assert not server.asked and got["party"] == "harness" and "message 1 (user), part 0 (input_audio)" in got["message"]
