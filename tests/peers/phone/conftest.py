"""The gateway (phone_peer, a program of ours) and those who call it."""

import json
import os
import signal
import socket
import subprocess
import time

import pytest

PEER = os.environ["ANTIPHON_PHONE_PEER"]
REDIS = "/usr/bin/redis-server"


class Gateway:
    def __init__(self, *words):
        self.process = subprocess.Popen([PEER, *words], stdout=subprocess.PIPE, text=True)
        self.port = json.loads(self.process.stdout.readline())["port"]

    def url(self, path, scheme="http"):
        return f"{scheme}://127.0.0.1:{self.port}{path}"

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def gateway():
    started = []

    def start(*words):
        started.append(Gateway(*words))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.kill()


@pytest.fixture
def redis():
    if not os.path.exists(REDIS):
        pytest.skip("redis-server is not installed")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [REDIS, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--logfile", "/dev/null"]
    )
    for _ in range(200):  # a process of its own: there is nothing to wait on but its port
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            time.sleep(0.02)
    yield f"redis://127.0.0.1:{port}"
    process.kill()
    process.wait()
