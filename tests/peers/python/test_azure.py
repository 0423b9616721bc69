"""Our client and the vendor's own (`openai.AzureOpenAI`), both asked to say the same."""

import openai
import pytest
from recorder import LOOKUP, Answer, Recorder, ask
from vendor_server import said, whole

HELLO = [{"role": "user", "content": "where is my parcel? 📦"}]
TOOLS = [{"type": "function", "function": LOOKUP}]


def answer(_):
    return Answer(whole(said("hello")).model_dump_json())


@pytest.mark.parametrize("version", ["", "2024-10-21"])
def test_both_clients_say_the_same(version):
    with Recorder(answer) as server:
        address = server.url + (f"?api-version={version}" if version else "")
        assert ask("azure/gpt-peer", address, messages=HELLO, tools=[LOOKUP], temperature=0.5, max_tokens=60)["message"]["content"] == "hello"
        if version:
            client = openai.AzureOpenAI(azure_endpoint=server.url, api_version=version, api_key="sk-peer", max_retries=0)
        else:
            client = openai.OpenAI(base_url=f"{server.url}/openai/v1", api_key="unused", default_headers={"api-key": "sk-peer"}, max_retries=0)
        with client:
            client.chat.completions.create(model="gpt-peer", messages=HELLO, tools=TOOLS, temperature=0.5, max_tokens=60)
    mine, vendors = server.asked
    assert mine.path == vendors.path
    assert mine.body == vendors.body
    assert mine.headers["api-key"] == vendors.headers["api-key"] == "sk-peer"
