"""`antiphon run` (ANTIPHON) on the telephone with agents on the package `websockets`: raw PCM and JSON, and how they may end a call."""

import array
import asyncio
import base64
import contextlib
import http
import json
import math
import os
import subprocess
import threading

import pytest
import websockets.asyncio.server

RATE_IN, RATE_OUT = 16000, 24000
LOUD = 1000


def tone(seconds, hz=440):
    return array.array("h", (int(9000 * math.sin(2 * math.pi * hz * i / RATE_OUT)) for i in range(int(seconds * RATE_OUT)))).tobytes()


def is_loud(pcm):
    return max(map(abs, array.array("h", pcm)), default=0) > LOUD


class Agent:
    """Answers 200 ms after our user fell silent, as often as that happens."""

    def __init__(self, wire, answer=None, select=None, refuse=None):
        self.wire, self.answer, self.refuse = wire, answer or self.tone, refuse
        self.options = {"subprotocols": [select]} if select else {}
        self.frames, self.headers, self.protocol, self.path, self.close_code = [], None, None, None, None

    async def tone(self, socket):
        if self.wire == "json":
            await socket.send(json.dumps({"type": "transcript", "role": "agent", "text": "one moment please"}))
        for _ in range(10):  # 100 ms pieces, faster than they are heard
            await self.send(socket, tone(0.1))
        if self.wire == "json":
            await socket.send(json.dumps({"type": "turn_end"}))

    async def send(self, socket, pcm):
        await socket.send(json.dumps({"type": "audio", "audio": base64.b64encode(pcm).decode()}) if self.wire == "json" else pcm)

    async def talk(self, socket):
        self.headers, self.path, self.protocol = socket.request.headers, socket.request.path, socket.subprotocol
        heard, quiet = False, 0
        try:
            async for message in socket:
                if self.wire == "json":
                    told = json.loads(message)
                    if told["type"] != "audio":
                        continue
                    message = base64.b64decode(told["audio"])
                self.frames.append(len(message))
                quiet = 0 if is_loud(message) else quiet + 1
                heard = heard or quiet == 0
                if heard and quiet == 10:
                    heard = False
                    await self.answer(socket)
        finally:
            self.close_code = socket.close_code

    @contextlib.contextmanager
    def serving(self):
        loop, ready = asyncio.new_event_loop(), threading.Event()
        stop = loop.create_future()

        async def serve():
            check = (lambda connection, request: connection.respond(self.refuse, "not today\n")) if self.refuse else None
            async with websockets.asyncio.server.serve(self.talk, "127.0.0.1", 0, process_request=check, **self.options) as server:
                self.port = server.sockets[0].getsockname()[1]
                ready.set()
                await stop

        thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
        thread.start()
        assert ready.wait(20)
        try:
            yield self
        finally:
            loop.call_soon_threadsafe(stop.set_result, None)
            thread.join(20)


def call(agent, tmp_path, script=("user: where is my order", "agent"), **settings):
    keys = {"url": f"ws://127.0.0.1:{agent.port}/call?caller=%2B15550100", "send": "pcm16/16000", "receive": "pcm16/24000"} | settings
    if agent.wire == "json":
        keys["json"] = {"receive": {"transcript": True, "turn_end": True}}
    steps = [dict([step.split(": ", 1)]) if ": " in step else step for step in script]
    scenario = {"name": "a call", "script": steps, "checks": [{"time_to_first_audio": {"max": "10s"}}]}
    suite = tmp_path / "suite.json"
    suite.write_text(json.dumps({"antiphon": 1, "agent": {"websocket": keys}, "scenarios": [scenario]}))
    out = tmp_path / "out"
    subprocess.run([os.environ["ANTIPHON"], "run", str(suite), "--out", str(out)], check=False, timeout=120, capture_output=True)
    return json.loads((out / "result.json").read_text())["scenarios"][0]


@pytest.mark.parametrize("wire", ["raw", "json"])
def test_a_call_goes_both_ways_in_frames_of_20_ms(wire, tmp_path):
    with Agent(wire, select="voice.v1").serving() as agent:
        result = call(agent, tmp_path, headers={"x-tenant": "acme"}, subprotocols=["voice.v2", "voice.v1"])
    assert result["error"] is None
    assert result["outcome"] == "passed"
    assert set(agent.frames) == {640}
    assert len(agent.frames) > 100
    assert agent.headers["x-tenant"] == "acme"
    assert agent.headers["x-antiphon-thread-id"] == result["thread_id"]
    assert agent.protocol == "voice.v1"
    assert agent.path == "/call?caller=%2B15550100"
    assert agent.close_code == 1000
    if wire == "json":
        assert result["messages"][1]["content"] == "one moment please"


def test_half_a_sample_is_laid_to_the_agent(tmp_path):
    async def odd(socket):
        await socket.send(tone(0.2))
        await socket.send(b"\0" * 321)

    with Agent("raw", answer=odd).serving() as agent:
        result = call(agent, tmp_path)
    assert result["error"]["party"] == "agent"
    assert "message 2 of its audio, 321 bytes of pcm16/24000" in result["error"]["message"]


def test_an_agent_that_fails_within_a_word_is_told_so(tmp_path):
    async def fail(socket):
        await socket.send(tone(0.5))
        raise RuntimeError("out of memory")

    with Agent("raw", answer=fail).serving() as agent:
        result = call(agent, tmp_path, script=("user: where is my order", "agent", "user: hello", "agent"))
    assert result["error"]["party"] == "agent"
    assert "the agent closed the connection (1011" in result["error"]["message"]
    assert "in the middle of a word" in result["error"]["message"]


def test_who_is_turned_away_hears_the_status(tmp_path):
    with Agent("raw", refuse=http.HTTPStatus.FORBIDDEN).serving() as agent:
        result = call(agent, tmp_path)
    assert result["error"]["party"] == "agent"
    assert "connecting: " in result["error"]["message"]
    assert "answered HTTP 403 and opened no WebSocket: not today" in result["error"]["message"]
    assert "caller=" not in result["error"]["message"]
