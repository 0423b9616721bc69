"""Official clients against the mock model that run.sh started (ANTIPHON_MOCK_URL, ANTIPHON_MOCK_KEY)."""

import os
import uuid
from unittest import mock

import openai
import pytest

URL = os.environ["ANTIPHON_MOCK_URL"]
KEY = os.environ["ANTIPHON_MOCK_KEY"]


def make_client(**options):
    """A client of its own conversation: the mock keeps state by thread."""
    headers = {"x-antiphon-thread-id": uuid.uuid4().hex}
    return openai.OpenAI(**{"base_url": URL, "api_key": KEY, "max_retries": 0, "timeout": 20, "default_headers": headers} | options)


@pytest.fixture
def client():
    with make_client() as made:
        yield made


@pytest.fixture
def waits():
    """How long the client meant to wait before each retry, in seconds; nothing really waits."""
    with mock.patch("time.sleep") as sleep:
        yield lambda: [call.args[0] for call in sleep.call_args_list]


def user(text):
    return [{"role": "user", "content": text}]
