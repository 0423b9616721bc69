#!/usr/bin/env python3
"""A support agent behind the OpenAI chat API, in a process of its own: python3 agent.py --port 18473

It runs its tools itself and shows them in choices[0].messages, so that whoever tests it sees what it did and not only what it said.
"""

import argparse
import http.server
import json
import os
import pathlib
import signal
import socketserver
import sys
import tempfile
import threading
import time
import uuid

from desk import Desk
from shop import Shop

MODEL = "support"
BODY_LIMIT = 16 * 1024 * 1024
HERE = pathlib.Path(__file__).resolve().parent


class BadRequest(Exception):
    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True  # idle kept connections must not hold up the end; replies under way are counted instead
    request_queue_size = 256

    def __init__(self, address, desk):
        super().__init__(address, Handler)
        self.desk = desk
        self._busy = 0
        self._idle = threading.Condition()

    def server_bind(self):
        # As HTTPServer, but without asking a name server for our own name, which can take seconds where there is none.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]

    def begin(self):
        with self._idle:
            self._busy += 1

    def end(self):
        with self._idle:
            self._busy -= 1
            self._idle.notify_all()

    def drain(self, seconds):
        with self._idle:
            self._idle.wait_for(lambda: self._busy == 0, timeout=seconds)

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):  # a client that hung up is no news
            super().handle_error(request, client_address)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # header and body leave in one piece
    note = ""

    def do_GET(self):
        routes = {"/health": {"status": "ok"}, "/v1/models": {"object": "list", "data": [{"id": MODEL, "object": "model"}]}}
        self._serve(lambda: self._route(routes))

    def do_POST(self):
        self._serve(self._complete)

    def _serve(self, work):
        started = time.monotonic()
        self.note = ""
        self.server.begin()
        try:
            status, reply = self._answer(work)
            self._send(status, reply)
            self._log(status, time.monotonic() - started)
        finally:
            self.server.end()

    def _answer(self, work):
        try:
            return 200, work()
        except BadRequest as problem:
            return problem.status, error_body(str(problem), "invalid_request_error")
        except Exception as problem:  # the process must outlive one bad conversation
            self.note += f" {type(problem).__name__}: {problem}"
            return 500, error_body("the agent failed; its log says why", "server_error")

    def _route(self, routes):
        try:
            return routes[self._path()]
        except KeyError:
            raise BadRequest(404, f"nothing at {self._path()}") from None

    def _complete(self):
        body = self._body()
        if self._path() != "/v1/chat/completions":
            raise BadRequest(404, f"nothing at {self._path()}; try /v1/chat/completions")
        messages = checked_messages(body)
        thread = self.headers.get("x-antiphon-thread-id", "-")
        made = self.server.desk.answer(messages, thread)
        tools = [m["tool_calls"][0]["function"]["name"] for m in made if "tool_calls" in m]
        turn = sum(m.get("role") == "user" for m in messages)
        self.note = f" thread={thread} turn={turn} tools={','.join(tools) or '-'}"
        return completion(made)

    def _path(self):
        return self.path.split("?")[0]

    def _body(self):
        try:
            length = int(self.headers.get("Content-Length", ""))
        except ValueError:
            length = -1
        if not 0 <= length <= BODY_LIMIT:
            self.close_connection = True  # what follows cannot be told from the next request
            raise BadRequest(411 if length < 0 else 413, f"send a Content-Length of at most {BODY_LIMIT}")
        return self.rfile.read(length)

    def _send(self, status, reply):
        data = json.dumps(reply).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()

    def _log(self, status, seconds):
        if self.path != "/health":
            print(f"{self.command} {self.path} {status} {seconds * 1000:.1f} ms{self.note}", file=sys.stderr, flush=True)

    def log_message(self, *_):
        pass  # `_log` writes the one line per request


def checked_messages(body):
    try:
        request = json.loads(body)
    except ValueError:
        raise BadRequest(400, "the body is not JSON") from None
    messages = request.get("messages") if isinstance(request, dict) else None
    if not isinstance(messages, list) or not all(isinstance(m, dict) for m in messages):
        raise BadRequest(400, "messages must be a list of objects")
    if not any(m.get("role") == "user" for m in messages):
        raise BadRequest(400, "messages hold nothing from the user")
    if request.get("stream"):
        raise BadRequest(400, "this agent does not stream; leave out stream")
    return messages


def completion(made):
    return {
        "id": f"chatcmpl-{uuid.uuid4().hex}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": MODEL,
        "choices": [{"index": 0, "message": made[-1], "messages": made[:-1], "finish_reason": "stop"}],
    }


def error_body(message, kind):
    return {"error": {"message": message, "type": kind, "param": None, "code": None}}


def parse_arguments():
    parser = argparse.ArgumentParser(description="A support agent behind the OpenAI chat API.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=18473, help="0: any free one")
    parser.add_argument("--db", default="", help="database file, made anew (default: a temporary one)")
    parser.add_argument("--fixed", action="store_true", default=os.environ.get("DEMO_FIXED") == "1", help="without the planted bug (or DEMO_FIXED=1)")
    return parser.parse_args()


def serve(arguments, database):
    shop = Shop(database, HERE / "seed.sql")
    try:
        server = Server((arguments.host, arguments.port), Desk(shop, arguments.fixed))
    except (OSError, OverflowError) as problem:
        why = getattr(problem, "strerror", None) or problem
        sys.exit(f"agent: cannot listen on {arguments.host}:{arguments.port}: {why}; choose another --port")

    def stop(*_):
        threading.Thread(target=server.shutdown).start()  # shutdown waits for serve_forever, which this handler interrupted

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    print(f"listening on {arguments.host}:{server.server_port}", flush=True)
    server.serve_forever(poll_interval=0.05)
    server.drain(seconds=2)
    server.server_close()
    shop.close()


def main():
    arguments = parse_arguments()
    if arguments.db:
        pathlib.Path(arguments.db).unlink(missing_ok=True)
        serve(arguments, arguments.db)
    else:
        with tempfile.TemporaryDirectory(prefix="support-desk-") as folder:
            serve(arguments, os.path.join(folder, "shop.db"))


if __name__ == "__main__":
    main()
