"""Our client and the vendor's own (`google-genai`), both asked to say the same, and our client on answers of the vendor's types."""

import base64
import json

import pytest
from google import genai
from google.genai import types
from recorder import LOOKUP, PAPER, PIXEL, REFUND, Answer, Recorder, ask, calls, in_turn, result

MODEL = "gemini-peer"
USAGE = types.GenerateContentResponseUsageMetadata(
    prompt_token_count=30, cached_content_token_count=20, candidates_token_count=7, thoughts_token_count=3, total_token_count=40
)


def generated(*parts, reason="STOP", usage=USAGE, **fields):
    content = types.Content(role="model", parts=list(parts)) if parts else None
    candidate = types.Candidate(index=0, content=content, finish_reason=reason, **fields)
    return types.GenerateContentResponse(candidates=[candidate], usage_metadata=usage, model_version=MODEL, response_id="r1")


def written(response):
    return response.model_dump_json(by_alias=True, exclude_none=True)


def whole(*parts, **fields):
    return Answer(written(generated(*parts, **fields)))


def streamed(*chunks):
    return Answer(events=[f"data: {written(chunk)}\r\n\r\n" for chunk in chunks])


def text(words, **fields):
    return types.Part(text=words, **fields)


def call(name, arguments, id=None, **fields):
    return types.Part(function_call=types.FunctionCall(id=id, name=name, args=arguments), **fields)


def declared(*tools):
    return [
        types.Tool(
            function_declarations=[
                types.FunctionDeclaration(name=one["name"], description=one["description"], parameters_json_schema=one["parameters"]) for one in tools
            ]
        )
    ]


def choice(mode, *names):
    config = types.FunctionCallingConfig(mode=mode, allowed_function_names=list(names) or None)
    return types.ToolConfig(function_calling_config=config)


def content(role, *parts):
    return types.Content(role=role, parts=list(parts))


SCHEMA = {"type": "object", "properties": {"status": {"enum": ["shipped", "lost"]}}, "required": ["status"]}
HELLO = [{"role": "user", "content": "where is my parcel? 📦"}]
THEIRS = [content("user", text("where is my parcel? 📦"))]
CALLED = calls(("c1", "lookup_order", {"order": "A-1007"}), ("c2", "refund", {"order": "A-1007", "cents": 5}), text="let me look")
PARTS = [
    {"type": "text", "text": "look and listen"},
    {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}},
    {"type": "image_url", "image_url": {"url": "https://example.com/x.jpg"}},
    {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}},
    {"type": "file", "file": {"filename": "terms.pdf", "file_data": f"data:application/pdf;base64,{PAPER}"}},
]
SHOWN = content(
    "user",
    text("look and listen"),
    types.Part.from_bytes(data=base64.b64decode(PIXEL), mime_type="image/png"),
    types.Part.from_uri(file_uri="https://example.com/x.jpg", mime_type="image/jpeg"),
    types.Part.from_bytes(data=b"RIFF", mime_type="audio/wav"),
    types.Part.from_bytes(data=base64.b64decode(PAPER), mime_type="application/pdf"),
)


def answered(name, id, response):
    return types.Part(function_response=types.FunctionResponse(id=id, name=name, response=response))


# name: (what ours is asked, the contents and the config that theirs is asked with)
REQUESTS = {
    "words": ({"messages": HELLO, "system": "be brief", "max_tokens": 60}, THEIRS, {"system_instruction": "be brief", "max_output_tokens": 60}),
    "roles": (
        {"messages": [*HELLO, {"role": "assistant", "content": "which?"}, {"role": "user", "content": "A-1007"}]},
        [*THEIRS, content("model", text("which?")), content("user", text("A-1007"))],
        {},
    ),
    "tools": ({"messages": HELLO, "tools": [LOOKUP, REFUND]}, THEIRS, {"tools": declared(LOOKUP, REFUND)}),
    "forced": ({"messages": HELLO, "tools": [LOOKUP], "tool_choice": "required"}, THEIRS, {"tools": declared(LOOKUP), "tool_config": choice("ANY")}),
    "named": (
        {"messages": HELLO, "tools": [LOOKUP, REFUND], "tool_choice": "refund"},
        THEIRS,
        {"tools": declared(LOOKUP, REFUND), "tool_config": choice("ANY", "refund")},
    ),
    "none": ({"messages": HELLO, "tools": [LOOKUP], "tool_choice": "none"}, THEIRS, {"tools": declared(LOOKUP), "tool_config": choice("NONE")}),
    "results": (
        {"messages": [*HELLO, CALLED, result("c1", '{"status": "shipped"}'), result("c2", "no"), {"role": "user", "content": "and?"}], "tools": [LOOKUP, REFUND]},
        [
            *THEIRS,
            content("model", text("let me look"), call("lookup_order", {"order": "A-1007"}, "c1"), call("refund", {"order": "A-1007", "cents": 5}, "c2")),
            content("user", answered("lookup_order", "c1", {"status": "shipped"}), answered("refund", "c2", {"output": "no"})),
            content("user", text("and?")),
        ],
        {"tools": declared(LOOKUP, REFUND)},
    ),
    "parts": ({"messages": [{"role": "user", "content": PARTS}]}, [SHOWN], {}),
    "schema": (
        {"messages": HELLO, "response_schema": SCHEMA},
        THEIRS,
        {"response_mime_type": "application/json", "response_json_schema": SCHEMA},
    ),
    "stream": ({"messages": HELLO, "stream": True}, THEIRS, {}),
    "temperature": ({"messages": HELLO, "temperature": 0.5}, THEIRS, {"temperature": 0.5}),
}


OPAQUE = {"parametersJsonSchema", "responseJsonSchema", "args", "response"}  # what is in them is not the API's


def camel(name):
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def one_spelling(value):
    """The API takes its members in both spellings, and its own client mixes them."""
    if isinstance(value, list):
        return [one_spelling(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {camel(name): item if camel(name) in OPAQUE else one_spelling(item) for name, item in value.items()}


def in_meaning(body):
    """A request without what two ways of writing the same differ in: spelling, an empty config, and the role of instructions, which has none."""
    body = one_spelling(body)
    if not body.get("generationConfig"):
        body.pop("generationConfig", None)
    body.get("systemInstruction", {}).pop("role", None)
    return body


def vendors_client(url):
    return genai.Client(api_key="sk-peer", http_options=types.HttpOptions(base_url=url, retry_options=types.HttpRetryOptions(attempts=1)))


@pytest.mark.parametrize("name", REQUESTS)
def test_both_clients_say_the_same(name):
    ours, contents, config = REQUESTS[name]
    config = types.GenerateContentConfig(**config, automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True))
    with Recorder(lambda asked: streamed(generated(text("hello"))) if "stream" in asked.path else whole(text("hello"))) as server:
        assert ask(f"gemini/{MODEL}", server.url, **ours)["message"]["content"] == "hello"
        with vendors_client(server.url) as client:
            if ours.get("stream"):
                assert [chunk.text for chunk in client.models.generate_content_stream(model=MODEL, contents=contents, config=config)] == ["hello"]
            else:
                assert client.models.generate_content(model=MODEL, contents=contents, config=config).text == "hello"
    mine, vendors = server.asked
    assert mine.path == vendors.path
    assert in_meaning(mine.body) == in_meaning(vendors.body)
    assert mine.headers["x-goog-api-key"] == vendors.headers["x-goog-api-key"] == "sk-peer"


@pytest.mark.parametrize("stream", [False, True])
def test_words_thoughts_and_calls_arrive_whole(stream):
    thought = text("the number is there", thought=True)
    asked_for = call("lookup_order", {"order": "A-1007"}, thought_signature=b"signed")
    if stream:
        answer = streamed(
            generated(thought, reason=None), generated(text("Let me look "), reason=None), generated(text("🙂 你好"), reason=None), generated(asked_for)
        )
    else:
        answer = whole(thought, text("Let me look 🙂 你好"), asked_for)
    with Recorder(in_turn(answer)) as server:
        got = ask(f"gemini/{MODEL}", server.url, messages=HELLO, tools=[LOOKUP], stream=stream)
        again = [*HELLO, got["message"], result(got["message"]["tool_calls"][0]["id"], "ok")]
        ask(f"gemini/{MODEL}", server.url, messages=again, tools=[LOOKUP], stream=stream)
    assert got["message"]["content"] == "Let me look 🙂 你好"
    [made] = got["message"]["tool_calls"]
    assert json.loads(made["function"]["arguments"]) == {"order": "A-1007"} and made["id"]
    assert got["finish_reason"] == "tool_calls"
    assert got["usage"] == {"input": 30, "output": 10, "cached": 20, "reasoning": 3, "written": 0}
    assert not stream or got["pieces"] == ["Let me look ", "🙂 你好"]
    # What was signed goes back as it came, read by the vendor's types.
    model_turn, results = server.asked[1].body["contents"][1:]
    sent = types.Content.model_validate(model_turn)
    assert [part.thought_signature for part in sent.parts] == [None, None, b"signed"]
    assert sent.parts[2].function_call.args == {"order": "A-1007"} and sent.parts[2].function_call.id is None
    response = types.Content.model_validate(results).parts[0].function_response
    assert (response.name, response.id, response.response) == ("lookup_order", None, {"output": "ok"})


@pytest.mark.parametrize("reason", ["SAFETY", "RECITATION", "PROHIBITED_CONTENT"])
def test_what_is_held_back_tells_why(reason):
    with Recorder(in_turn(whole(reason=reason, finish_message="not that"))) as server:
        got = ask(f"gemini/{MODEL}", server.url, messages=HELLO)
    assert got["message"] == {"role": "assistant", "content": "", "refusal": "not that"} and got["finish_reason"] == "content_filter"


def test_a_blocked_prompt_is_an_error():
    feedback = types.GenerateContentResponsePromptFeedback(block_reason="SAFETY")
    with Recorder(in_turn(Answer(written(types.GenerateContentResponse(prompt_feedback=feedback))))) as server:
        got = ask(f"gemini/{MODEL}", server.url, messages=HELLO)["error"]
    assert "the prompt was blocked: SAFETY" in got["message"] and got["party"] == "provider"


def failing(code, status, words, *details):
    return Answer(json.dumps({"error": {"code": code, "message": words, "status": status, "details": list(details)}}), code)


def test_a_wrong_key_is_told_at_once():
    detail = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com"}
    with Recorder(in_turn(failing(400, "INVALID_ARGUMENT", "API key not valid: sk-peer", detail))) as server:
        got = ask(f"gemini/{MODEL}", server.url, messages=HELLO)["error"]
    assert len(server.asked) == 1 and got["kind"] == "unauthorized" and "sk-peer" not in got["message"]


def test_a_quota_is_waited_for_as_long_as_its_details_ask():
    retry = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "0.02s"}
    answers = in_turn(failing(429, "RESOURCE_EXHAUSTED", "quota", retry), failing(503, "UNAVAILABLE", "overloaded", retry), whole(text("hello")))
    with Recorder(answers) as server:
        assert ask(f"gemini/{MODEL}", server.url, messages=HELLO)["message"]["content"] == "hello"
    assert len(server.asked) == 3


def test_a_daily_quota_is_an_error_at_once():
    retry = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "3600s"}
    with Recorder(in_turn(failing(429, "RESOURCE_EXHAUSTED", "quota", retry))) as server:
        got = ask(f"gemini/{MODEL}", server.url, messages=HELLO)["error"]
    assert len(server.asked) == 1 and got["retry_after_s"] == 3600


def test_a_call_that_cannot_be_read_is_asked_for_again():
    with Recorder(in_turn(whole(reason="MALFORMED_FUNCTION_CALL", finish_message="print(x"), whole(text("hello")))) as server:
        assert ask(f"gemini/{MODEL}", server.url, messages=HELLO, tools=[LOOKUP])["message"]["content"] == "hello"
    assert len(server.asked) == 2


def test_what_a_model_has_no_member_for_is_said_otherwise():
    words = "Invalid JSON payload received. Unknown name \"parametersJsonSchema\" at 'tools[0].function_declarations[0]': Cannot find field."
    with Recorder(in_turn(failing(400, "INVALID_ARGUMENT", words), whole(text("hello")))) as server:
        assert ask(f"gemini/{MODEL}", server.url, messages=HELLO, tools=[LOOKUP])["message"]["content"] == "hello"
    declaration = types.FunctionDeclaration.model_validate(server.asked[1].body["tools"][0]["functionDeclarations"][0])
    assert declaration.parameters.properties["order"].type == types.Type.STRING
