"""A server that keeps what it is asked and answers as it is told, and our client that asks it."""

import http.server
import json
import os
import pathlib
import subprocess
import threading
from dataclasses import dataclass, field

CLIENT = pathlib.Path(os.environ["ANTIPHON"]).with_name("peer_model_client")


@dataclass
class Asked:
    path: str
    headers: dict
    body: dict


@dataclass
class Answer:
    body: str = "{}"
    status: int = 200
    headers: dict = field(default_factory=dict)
    events: list = None  # of a stream: whole events, blank lines included


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        asked = Asked(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
        self.server.asked.append(asked)
        answer = self.server.answer(asked)
        text = ("".join(answer.events) if answer.events else answer.body).encode()
        kind = "text/event-stream; charset=utf-8" if answer.events else "application/json"
        self.send_response(answer.status)
        for name, value in {"content-type": kind, "transfer-encoding": "chunked", **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        for at in range(0, len(text), 41):  # ends anywhere: within events, within characters
            piece = text[at : at + 41]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_):
        pass


class Recorder(http.server.ThreadingHTTPServer):
    """`with Recorder(answer) as server`: serves at server.url; server.asked holds what came; `answer(asked)` gives an Answer."""

    daemon_threads = True

    def __init__(self, answer):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer, self.asked = answer, []
        self.url = f"http://127.0.0.1:{self.server_port}"

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


def in_turn(*answers):
    """One answer after the other; the last stays."""
    left = list(answers)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


def ask(model, url, **question):
    """What our client makes of one question: its message, or its error."""
    text = json.dumps({"model": model, "base_url": url, "key": "sk-peer", **question})
    environment = {name: value for name, value in os.environ.items() if not name.endswith(("_API_KEY", "_BASE_URL", "_API_VERSION"))}
    done = subprocess.run([CLIENT], input=text, env=environment, capture_output=True, text=True, timeout=60, check=True)
    return json.loads(done.stdout)


def tool(name, **properties):
    schema = {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
    return {"name": name, "description": f"does {name}", "parameters": schema}


def calls(*made, text=None):
    listed = [{"id": id, "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}} for id, name, arguments in made]
    return {"role": "assistant", "content": text, "tool_calls": listed}


def result(id, content):
    return {"role": "tool", "tool_call_id": id, "content": content}


PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
PAPER = "JVBERi0xLjQKJSVFT0YK"
LOOKUP = tool("lookup_order", order={"type": "string"})
REFUND = tool("refund", order={"type": "string"}, cents={"type": "integer"})
