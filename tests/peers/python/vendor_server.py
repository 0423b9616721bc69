"""A chat server made of the vendor's own types: it reads requests by them and builds every answer and frame from them.

It plays a support agent, its simulated customer and their judge, so that suites can be run against it.
"""

import http.server
import json
import threading
import typing

import pydantic
from openai.types import chat
from openai.types.chat import chat_completion, chat_completion_chunk, completion_create_params
from openai.types.chat.chat_completion_message_function_tool_call import Function
from openai.types.completion_usage import CompletionUsage
from openai.types.shared import ErrorObject

KEY = "sk-peer"
ENVELOPE = {"id": "chatcmpl-peer", "created": 1767225600, "model": "gpt-peer-2026"}


class Refused(Exception):
    def __init__(self, status, message, param=None, code=None, headers=()):
        self.status, self.headers = status, dict(headers)
        kind = "rate_limit_error" if status == 429 else "invalid_request_error"
        self.error = ErrorObject(message=message, type=kind, param=param, code=code)


def check_request(body):
    """Refuses what the vendor's types do not allow, as the vendor does."""
    kind = completion_create_params.CompletionCreateParamsStreaming if body.get("stream") else completion_create_params.CompletionCreateParamsNonStreaming
    for name in body.keys() - typing.get_type_hints(kind).keys():
        raise Refused(400, f"Unrecognized request argument supplied: {name}", name)
    try:
        checked = pydantic.TypeAdapter(kind).validate_python(body)
        for name in ("messages", "tools"):  # checked item by item, while they are read
            for item in checked.get(name, ()):
                list(item.get("tool_calls", ()))
    except pydantic.ValidationError as error:
        raise Refused(400, str(error)) from error
    if "max_tokens" in body:
        hint = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
        raise Refused(400, hint, "max_tokens", "unsupported_parameter")


def call(name, arguments):
    function = Function(name=name, arguments=json.dumps(arguments, ensure_ascii=False))
    return chat.ChatCompletionMessageFunctionToolCall(id=f"call_{name}", type="function", function=function)


def said(content=None, *calls):
    return chat.ChatCompletionMessage(role="assistant", content=content, tool_calls=list(calls) or None)


def agent(body):
    last = body["messages"][-1]
    if last["role"] == "tool":
        found = json.loads(last["content"])
        return said(f"Your order has {found['status']} 🙂 It arrives on {found['arrives']}, 你好.")
    if "A-1007" in last["content"]:
        return said(None, call("lookup_order", {"order": "A-1007"}))
    return said("May I have your order number, please?")


def customer(body):
    return said("it is A-1007" if "order number" in body["messages"][-1]["content"] else "where is my parcel??")


def judge(body):
    tools = {tool["function"]["name"]: tool["function"] for tool in body["tools"]}
    if "finish_test" not in tools:
        talk = json.dumps(body["messages"], ensure_ascii=False)
        return said(None, call("make_verdict" if "arrives on Thursday" in talk else "continue_test", {}))
    criteria = tools["finish_test"]["parameters"]["properties"]["criteria"]["properties"]
    answer = {"requirement": "it is asked", "reasoning": "message 1 asks", "status": "passed", "evidence": [1]}
    return said(None, call("finish_test", {"reasoning": "all was said", "criteria": dict.fromkeys(criteria, answer)}))


ROLES = {"agent": agent, "user": customer, "judge": judge}
USAGE = CompletionUsage(prompt_tokens=11, completion_tokens=7, total_tokens=18)


def whole(message):
    reason = "tool_calls" if message.tool_calls else "stop"
    choice = chat_completion.Choice(index=0, finish_reason=reason, message=message, logprobs=None)
    return chat.ChatCompletion(object="chat.completion", choices=[choice], usage=USAGE, **ENVELOPE)


def pieces(text, size=3):
    return [text[at : at + size] for at in range(0, len(text), size)]


def deltas(message):
    yield chat_completion_chunk.ChoiceDelta(role="assistant", content="" if message.content else None)
    for piece in pieces(message.content or ""):
        yield chat_completion_chunk.ChoiceDelta(content=piece)
    for index, made in enumerate(message.tool_calls or []):
        head = chat_completion_chunk.ChoiceDeltaToolCallFunction(name=made.function.name, arguments="")
        yield tool_delta(index=index, id=made.id, type="function", function=head)
        for piece in pieces(made.function.arguments):
            yield tool_delta(index=index, function=chat_completion_chunk.ChoiceDeltaToolCallFunction(arguments=piece))


def tool_delta(**fields):
    return chat_completion_chunk.ChoiceDelta(tool_calls=[chat_completion_chunk.ChoiceDeltaToolCall(**fields)])


def chunks(message, with_usage):
    def chunk(*choices, usage=None):
        return chat.ChatCompletionChunk(object="chat.completion.chunk", choices=list(choices), usage=usage, **ENVELOPE)

    for delta in deltas(message):
        yield chunk(chat_completion_chunk.Choice(index=0, delta=delta))
    reason = "tool_calls" if message.tool_calls else "stop"
    yield chunk(chat_completion_chunk.Choice(index=0, delta=chat_completion_chunk.ChoiceDelta(), finish_reason=reason))
    if with_usage:
        yield chunk(usage=USAGE)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        role = self.headers.get("x-antiphon-role", "agent")
        try:
            self.admit(role, body)
            message = ROLES[role](body)
        except Refused as refused:
            return self.reply(refused.status, json.dumps({"error": refused.error.model_dump()}), refused.headers)
        if body.get("stream"):
            return self.stream(chunks(message, (body.get("stream_options") or {}).get("include_usage")))
        return self.reply(200, whole(message).model_dump_json())

    def admit(self, role, body):
        if self.path != "/v1/chat/completions":
            raise Refused(404, f"Invalid URL (POST {self.path})")
        if self.headers.get("authorization") != f"Bearer {KEY}":
            raise Refused(401, "Incorrect API key provided: sk-***", code="invalid_api_key")
        with self.server.lock:
            first = not any(seen == role for seen, _ in self.server.requests)
            self.server.requests.append((role, body))
        if role == "judge" and first:
            raise Refused(429, "Rate limit reached", code="rate_limit_exceeded", headers={"retry-after": "1", "retry-after-ms": "20"})
        check_request(body)

    def reply(self, status, text, headers=()):
        self.send_response(status)
        for name, value in {"content-type": "application/json", "content-length": str(len(text.encode())), **dict(headers)}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())

    def stream(self, frames):
        self.send_response(200)
        self.send_header("content-type", "text/event-stream; charset=utf-8")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        text = "".join(f"data: {frame.model_dump_json()}\n\n" for frame in frames) + "data: [DONE]\n\n"
        for piece in pieces(text.encode(), 41):  # ends anywhere: within frames, within characters
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_):
        pass


class VendorServer(http.server.ThreadingHTTPServer):
    """`with VendorServer() as server`: serves at server.url; server.requests holds (role, body) of all that had the right key."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.lock, self.requests = threading.Lock(), []
        self.url = f"http://127.0.0.1:{self.server_port}/v1"

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()
