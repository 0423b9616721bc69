"""The gateway's clients (gateway_peer, a program of ours) against servers that we did not write."""

import json
import os
import pathlib
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

HERE = pathlib.Path(__file__).parent
PEER = os.environ["ANTIPHON_GATEWAY_PEER"]


class Peer:
    """One run of gateway_peer: a command in, an answer out."""

    def __init__(self, *words):
        self.process = subprocess.Popen([PEER, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def read(self):
        line = self.process.stdout.readline()
        assert line, f"gateway_peer ended with {self.process.wait()}"
        return json.loads(line)

    def __call__(self, **command):
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        return self.read()

    def end(self):
        self.process.stdin.close()
        return self.process.wait(timeout=20)


@pytest.fixture
def peer():
    peers = []

    def start(*words):
        peers.append(Peer(*words))
        return peers[-1]

    yield start
    for one in peers:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(url, process):
    """A process of its own: there is nothing to wait on but its port."""
    for _ in range(600):
        try:
            return urllib.request.urlopen(url, timeout=2).read()
        except urllib.error.HTTPError:
            return None
        except OSError:
            assert process.poll() is None, "the server ended"
            time.sleep(0.1)
    raise AssertionError(f"nothing at {url}")


@pytest.fixture
def mcp_http():
    """Starts the SDK's server over streamable HTTP; its URL."""
    servers = []

    def start(*words):
        port = free_port()
        servers.append(subprocess.Popen([sys.executable, str(HERE / "mcp_server.py"), "http", str(port), *words], stderr=subprocess.DEVNULL))
        wait_for(f"http://127.0.0.1:{port}/mcp", servers[-1])
        return f"http://127.0.0.1:{port}/mcp"

    yield start
    for server in servers:
        server.kill()
        server.wait()
