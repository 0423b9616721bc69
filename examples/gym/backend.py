#!/usr/bin/env python3
"""A small backend for Layercode's voice platform, without an SDK: it opens sessions, checks signatures and answers webhooks.

usage: backend.py [PORT]        (8001; 0 is any free one, printed)

LAYERCODE_WEBHOOK_SECRET  signs webhooks; required
LAYERCODE_API_URL         where sessions are opened (http://127.0.0.1:8787, as `antiphon layercode-platform` listens)
LAYERCODE_API_KEY         its bearer (local)
LAYERCODE_AGENT_ID        for clients that name none (desk)

Standard library only.
"""
import hashlib
import hmac
import json
import os
import re
import sys
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = os.environ.get("LAYERCODE_WEBHOOK_SECRET", "")
PLATFORM = os.environ.get("LAYERCODE_API_URL", "http://127.0.0.1:8787")
API_KEY = os.environ.get("LAYERCODE_API_KEY", "local")
AGENT_ID = os.environ.get("LAYERCODE_AGENT_ID", "desk")
TOLERANCE_S = 300
ORDERS = {"7": "It left our house on Monday and comes on Thursday.", "12": "It waits for the paint to dry and leaves tomorrow."}

answers = {}  # by turn: what was said, so that a webhook that comes twice is answered twice and acted on once
lock = threading.Lock()


def is_signed(header, body):
    """Over the bytes as they came: whoever parses and writes them again checks something else."""
    match = re.fullmatch(r"t=(\d{1,12}),v1=([0-9a-f]{64})", header or "")
    if not match or abs(time.time() - int(match[1])) > TOLERANCE_S:
        return False
    expected = hmac.new(SECRET.encode(), match[1].encode() + b"." + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, match[2])


def answer_to(text):
    number = re.search(r"\b(seven|twelve|7|12)\b", text.lower())
    if number:
        return [ORDERS[{"seven": "7", "twelve": "12"}.get(number[1], number[1])]]
    if re.search(r"parcel|order|package", text.lower()):
        return ["I can look that up. ", "Which number does your order have, seven or twelve?"]
    if re.search(r"bye|thank", text.lower()):
        return ["You are welcome. Goodbye!"]
    return ["I am the parcel desk. ", "Ask me where your order is."]


def pieces_for(hook):
    with lock:
        if hook["turn_id"] not in answers:
            answers[hook["turn_id"]] = ["Hello, this is the parcel desk. How can I help?"] if hook["type"] == "session.start" else answer_to(hook["text"])
        return answers[hook["turn_id"]]


class Server(ThreadingHTTPServer):
    request_queue_size = 1024  # hundreds of conversations may begin in one moment; five is what Python lets wait
    daemon_threads = True      # a reply that nobody reads keeps nobody from ending


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/api/authorize":
            return self.authorize(body)
        if self.path != "/api/agent":
            return self.reply(404, {"error": "there are /api/authorize and /api/agent"})
        if not is_signed(self.headers.get("layercode-signature"), body):
            return self.reply(401, {"error": "the signature is missing, stale or wrong"})
        try:
            hook = json.loads(body)
            speaks = hook["type"] in ("session.start", "message")
            if speaks and not (isinstance(hook["turn_id"], str) and isinstance(hook.get("text", ""), str)):
                raise ValueError("no turn_id, or no text")
        except (ValueError, KeyError, TypeError) as error:
            return self.reply(400, {"error": f"this is no webhook: {error}"})
        if speaks:
            return self.speak(hook)
        return self.reply(200, {})

    def authorize(self, body):
        try:
            asked = {"agent_id": AGENT_ID, **json.loads(body or b"{}")}
            request = urllib.request.Request(PLATFORM + "/v1/agents/web/authorize_session", json.dumps(asked).encode(),
                                             {"Authorization": f"Bearer {API_KEY}", "Content-Type": "application/json"})
            with urllib.request.urlopen(request, timeout=10) as session:
                self.reply(200, json.load(session))
        except urllib.error.HTTPError as error:
            self.reply(error.code, json.loads(error.read() or b"{}"))
        except (ValueError, OSError) as error:
            self.reply(502, {"error": f"no session: {error}"})

    def speak(self, hook):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-cache")
        self.end_headers()
        try:
            for piece in pieces_for(hook):
                self.event({"type": "response.tts", "content": piece, "turn_id": hook["turn_id"]})
            self.event({"type": "response.end", "turn_id": hook["turn_id"]})
        except (BrokenPipeError, ConnectionResetError):
            pass  # the user cut in: the platform wants no more of it

    def event(self, event):
        self.wfile.write(b"data: " + json.dumps(event).encode() + b"\n\n")
        self.wfile.flush()

    def reply(self, status, value):
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    if not SECRET:
        sys.exit("set LAYERCODE_WEBHOOK_SECRET")
    server = Server(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 8001), Handler)
    print(f"listening on 127.0.0.1:{server.server_port}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
