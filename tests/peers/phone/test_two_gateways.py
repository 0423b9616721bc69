"""kill -9 of one of two gateways behind one Redis loses no conversation state (GTW-40)."""

import json
import math
import struct
import threading
import time

import pytest
import websocket


class Caller:
    """Speaks `antiphon.call/1`; a microphone that is silent unless told otherwise."""

    def __init__(self, gateway, resume=""):
        query = f"/ws/call?caller_id=me&events=1{'&resume=' + resume if resume else ''}"
        self.line = websocket.create_connection(gateway.url(query, "ws"), timeout=20)
        self.events, self.loud_until, self.over = [], 0.0, False
        self.changed = threading.Condition()
        threading.Thread(target=self.listen, daemon=True).start()
        threading.Thread(target=self.speak, daemon=True).start()

    def listen(self):
        try:
            while True:
                kind, data = self.line.recv_data()
                if kind != websocket.ABNF.OPCODE_TEXT:
                    if kind == websocket.ABNF.OPCODE_CLOSE:
                        break
                    continue
                with self.changed:
                    self.events.append(json.loads(data))
                    self.changed.notify_all()
        except (OSError, websocket.WebSocketException):
            pass
        with self.changed:
            self.over = True
            self.changed.notify_all()

    def speak(self):
        quiet = b"\0" * 640
        loud = struct.pack("<320h", *(int(6000 * math.sin(2 * math.pi * 200 * i / 16000)) for i in range(320)))
        due = time.monotonic()
        while not self.over:
            try:
                self.line.send_binary(loud if time.monotonic() < self.loud_until else quiet)
            except (OSError, websocket.WebSocketException):
                return
            due += 0.02
            time.sleep(max(0, due - time.monotonic()))

    def wait_for(self, kind, count=1):
        def found():
            return [event for event in self.events if event["type"] == kind]

        with self.changed:
            assert self.changed.wait_for(lambda: len(found()) >= count or self.over, 30), kind
        assert len(found()) >= count, f"{kind}: the line was cut"
        return found()[count - 1]

    def ask(self, count=1):
        self.loud_until = time.monotonic() + 0.8
        return self.wait_for("agent.text", count)


def test_kill_9_of_one_gateway_loses_no_state(gateway, redis):
    first, second = gateway("--redis", redis), gateway("--redis", redis)
    before = Caller(first)
    started = before.wait_for("call.started")
    before.wait_for("agent.text")
    time.sleep(1.8)  # the greeting is heard: 5 words of 300 ms
    assert before.ask(2)["text"] == "That was question 1 of this call."
    first.kill()  # in the middle of the answer
    after = Caller(second, started["resume"])
    assert after.wait_for("call.started")["call_id"] == started["call_id"]
    assert after.wait_for("agent.text")["text"] == "That was question 1 of this call.", "an unfinished turn is said again"
    assert after.wait_for("turn.ended")["turn"] == 1
    assert after.ask(2)["text"] == "That was question 2 of this call."
    assert after.wait_for("turn.started")["turn"] == 2
    assert len([event for event in after.events if event["type"] == "agent.text"]) == 2, "no second greeting"


def test_a_token_of_another_redis_is_none(gateway, redis):
    first, second = gateway("--redis", redis), gateway()
    token = Caller(first).wait_for("call.started")["resume"]
    with pytest.raises(websocket.WebSocketBadStatusException, match="404"):
        Caller(second, token)
