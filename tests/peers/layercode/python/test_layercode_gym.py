"""layercode-gym of PyPI, as it comes, against `antiphon layercode-platform` and the backend in examples/gym. usage: pytest, with ANTIPHON in the environment."""
import asyncio
import contextlib
import dataclasses
import os
import pathlib
import socket
import subprocess
import sys

import pytest

os.environ["LOGFIRE_SEND_TO_LOGFIRE"] = "false"
from layercode_gym import LayercodeClient, Settings, UserSimulator  # noqa: E402

ANTIPHON = os.environ["ANTIPHON"]
ROOT = pathlib.Path(__file__).resolve().parents[4]
SECRET = "whsec_peers"


def free_port():
    with contextlib.closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def serving(*command, **variables):
    process = subprocess.Popen(command, env={**os.environ, "LAYERCODE_WEBHOOK_SECRET": SECRET, **variables}, stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline()
        assert line.startswith("listening on "), line
        yield line.split()[-1]
    finally:
        process.terminate()
        assert process.wait(timeout=20) in (0, -15)


@pytest.fixture
def settings(tmp_path):
    """The platform and the backend know each other; the gym knows both."""
    listen = f"127.0.0.1:{free_port()}"
    with serving(sys.executable, str(ROOT / "examples/gym/backend.py"), "0", LAYERCODE_API_URL=f"http://{listen}") as backend:
        with serving(ANTIPHON, "layercode-platform", "--listen", listen, "--webhook-url", f"http://{backend}/api/agent"):
            yield dataclasses.replace(
                Settings.load(),
                server_url=f"http://{backend}",
                websocket_url=f"ws://{listen}/v1/agents/web/websocket",
                agent_id="desk",
                output_root=tmp_path,
                store_audio=False,
            )


def converse(simulator, settings):
    logs = []

    async def keep(log):
        logs.append(log)

    client = LayercodeClient(simulator=simulator, settings=settings, conversation_callback=keep)
    conversation = asyncio.run(asyncio.wait_for(client.run(), 120))
    return conversation, logs[0]


def words(log):
    return [turn.assistant_message.content for turn in log.turns if turn.assistant_message], [turn.user_message.content for turn in log.turns if turn.user_message]


def test_a_conversation_by_text(settings):
    conversation, log = converse(UserSimulator.from_text(messages=["Where is my parcel?", "It is order seven."], send_as_text=True, settings=settings), settings)
    assert conversation.startswith("lc_conv_")
    assistant, user = words(log)
    assert user == ["Where is my parcel?", "It is order seven."]
    assert assistant[0] == "Hello, this is the parcel desk. How can I help?"
    assert assistant[1] == "I can look that up. Which number does your order have, seven or twelve?"


def test_a_spoken_line_that_comes_in_one_burst(settings, tmp_path):
    recording = tmp_path / "question.wav"
    subprocess.run([ANTIPHON, "say", "Where is my parcel?", "-o", str(recording)], check=True, stdout=subprocess.DEVNULL)
    goodbye = tmp_path / "goodbye.wav"
    subprocess.run([ANTIPHON, "say", "Thank you, goodbye.", "-o", str(goodbye)], check=True, stdout=subprocess.DEVNULL)
    _, log = converse(UserSimulator.from_files(files=[recording, goodbye]), settings)
    assistant, _ = words(log)
    assert assistant[0] == "Hello, this is the parcel desk. How can I help?"
    assert assistant[1] == "I can look that up. Which number does your order have, seven or twelve?"  # it was understood
