"""The client of MCP against the official SDK: both transports, the stateless revision and the one with a handshake."""

import pathlib
import sys

import pytest

SERVER = str(pathlib.Path(__file__).parent / "mcp_server.py")
TOOLS = ["broken", "order_status", "shout", "slow"]


@pytest.fixture(params=["stdio auto", "stdio 2025-11-25", "stdio 2025-06-18", "http", "http 2025-11-25", "http 2025-06-18", "http json", "http json 2025-11-25"])
def tools(request, peer, mcp_http):
    kind, *words = request.param.split()
    if kind == "stdio":
        return peer("mcp-stdio", words[0], sys.executable, SERVER, "stdio")
    url = mcp_http(*[word for word in words if word == "json"])
    return peer("mcp-http", url, *[word for word in words if word != "json"])


def test_tools_are_listed_and_called_GTW34(tools):
    hello = tools.read()
    assert hello == {"tools": TOOLS, "notices": []}
    assert tools(call="order_status", arguments={"order_id": "A-1"})["data"] == {"order_id": "A-1", "status": "sent", "details": "False"}
    shouted = tools(call="shout", arguments={"text": "grüße"})
    assert shouted["ok"] and "GRÜSSE" in str(shouted["data"])
    assert "done" in str(tools(call="slow")["data"])
    assert tools.end() == 0


def test_failures_are_results_GTW34(tools):
    tools.read()
    failed = tools(call="broken")
    assert not failed["ok"] and "broken" in failed["error"]
    assert "order_id" in tools(call="order_status", arguments={"order": 1})["error"]
    assert "no tool" in tools(call="nothing")["error"]
    assert tools(call="shout", arguments={"text": "still there"})["ok"]


def test_a_server_that_is_not_there_is_a_notice_GTW34(peer):
    hello = peer("mcp-http", "http://127.0.0.1:1/mcp").read()
    assert hello["tools"] == [] and "is not there" in hello["notices"][0]
