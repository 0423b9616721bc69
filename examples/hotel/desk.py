#!/usr/bin/env python3
"""A hotel's desk behind the OpenAI chat API, with a database of its own for each conversation, and the hook that compares that with what should be in it."""

import argparse
import json
import re
import sqlite3
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock

SEED = (Path(__file__).parent / "hotel.sql").read_text(encoding="utf-8")
COLUMNS = ("guest", "room", "arrives", "nights")

lock = Lock()
databases = {}
bug = "none"


def database(thread):
    """The world of one conversation: as it was before anybody called, and what became of it."""
    with lock:
        if thread not in databases:
            databases[thread] = sqlite3.connect(":memory:", check_same_thread=False)
            databases[thread].executescript(SEED)
        return databases[thread]


def bookings(db):
    return [dict(zip(COLUMNS, row)) for row in db.execute(f"SELECT {', '.join(COLUMNS)} FROM bookings ORDER BY rowid")]


def counted(rows):
    """How often each is there: what is booked twice is one too many."""
    return Counter(tuple(row[column] for column in COLUMNS) for row in rows)


def rows_of(counter):
    return [dict(zip(COLUMNS, row)) for row in counter.elements()]


def is_taken(db, room, arrives, nights):
    return db.execute(
        "SELECT 1 FROM bookings WHERE room = ? AND arrives < date(?, ? || ' days') AND date(arrives, nights || ' days') > ?",
        (room, arrives, nights, arrives),
    ).fetchone()


def answer(db, text):
    """What the desk says, and the call of its tool, where it made one."""
    room = next((row for row in db.execute("SELECT number, kind, price FROM rooms") if row[1] in text), None)
    stay = re.search(r"(\d+) nights? from (\d{4}-\d\d-\d\d)", text)
    name = re.search(r"My name is ([A-Z]\w+ [A-Z]\w+)", text)
    if room and stay and name:
        number, kind, _ = room
        nights, arrives = int(stay[1]), stay[2]
        if is_taken(db, number, arrives, nights):
            return f"I am sorry, the {kind} is taken then.", None
        if bug == "says-only":
            return f"Room {number} is booked for you, {name[1]}.", None
        booking = {"guest": name[1], "room": number, "arrives": arrives, "nights": nights}
        for _ in range(2 if bug == "twice" else 1):
            db.execute("INSERT INTO bookings VALUES (:guest, :room, :arrives, :nights)", booking)
        return f"Room {number} is booked for you, {name[1]}.", booking
    if room:
        return f"A {room[1]} room costs {room[2]} euros a night.", None
    return "You are welcome. Goodbye.", None


def verdict(asked):
    """None, or why the world is not as it should be."""
    db = database(asked["thread"])
    before = sqlite3.connect(":memory:")
    before.executescript(SEED)
    wanted = counted(bookings(before) + asked["userdata"]["bookings"])
    found = counted(bookings(db))
    missing, unexpected = rows_of(wanted - found), rows_of(found - wanted)
    if not missing and not unexpected:
        return None
    return "; ".join(f"{what}: {json.dumps(those)}" for what, those in (("missing in the database", missing), ("not expected in it", unexpected)) if those)


class Desk(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def reply(self, body):
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        self.reply({"status": "ok"})

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        thread = self.headers.get("x-antiphon-thread-id", "")
        if self.path == "/verdict":
            return self.reply({"veto": verdict({**asked, "thread": thread})})
        text, booking = answer(database(thread), asked["messages"][-1]["content"])
        messages = [{"role": "assistant", "content": text}]
        if booking:
            call = {"id": "c1", "type": "function", "function": {"name": "book_room", "arguments": json.dumps(booking)}}
            messages = [
                {"role": "assistant", "content": None, "tool_calls": [call]},
                {"role": "tool", "tool_call_id": "c1", "name": "book_room", "content": "booked"},
            ] + messages
        return self.reply({"choices": [{"index": 0, "message": messages[-1], "messages": messages, "finish_reason": "stop"}]})

    def log_message(self, *_):
        pass


def main():
    global bug
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--bug", choices=["none", "says-only", "twice"], default="none", help="says-only: says that a room is booked, and does not book it; twice: books it twice")
    options = parser.parse_args()
    bug = options.bug
    ThreadingHTTPServer(("127.0.0.1", options.port), Desk).serve_forever()


if __name__ == "__main__":
    main()
