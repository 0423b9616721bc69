import openai
import pytest
from conftest import make_client, user


def ask(client, text, **options):
    return client.chat.completions.create(model="m", messages=user(text), **options)


def test_400_says_which_parameter_is_wrong(client):
    with pytest.raises(openai.BadRequestError) as refused:
        client.chat.completions.create(model="m", messages=[])
    error = refused.value
    assert (error.status_code, error.type, error.param) == (400, "invalid_request_error", "messages")
    assert "messages is empty" in error.message


def test_400_shows_the_input_that_no_rule_knows(client):
    with pytest.raises(openai.BadRequestError, match=r"mock\.rules\.yaml.*what nobody expects"):
        ask(client, "what nobody expects")
    with pytest.raises(openai.BadRequestError, match=r"what nobody expects"):
        ask(client, "what nobody expects", stream=True)


@pytest.mark.parametrize("stream", [False, True])
def test_401_for_a_wrong_key(stream):
    with make_client(api_key="sk-wrong") as client, pytest.raises(openai.AuthenticationError) as refused:
        ask(client, "hello", stream=stream)
    assert (refused.value.status_code, refused.value.code) == (401, "invalid_api_key")
    assert "sk-wrong" not in str(refused.value)


def test_403_by_a_rule(client):
    with pytest.raises(openai.PermissionDeniedError) as refused:
        ask(client, "forbidden")
    assert refused.value.type == "permission_error"


def test_404_for_what_is_not_served(client):
    with pytest.raises(openai.NotFoundError, match="/v1/embeddings"):
        client.embeddings.create(model="m", input="x")
    with pytest.raises(openai.NotFoundError, match="gpt-none"):
        client.models.retrieve("gpt-none")


@pytest.mark.parametrize("stream", [False, True])
def test_429_is_tried_again_after_as_long_as_the_server_asked(waits, stream):
    with make_client(max_retries=2) as client:
        answer = client.chat.completions.with_raw_response.create(model="m", messages=user("limited once"), stream=stream)
        parsed = answer.parse()  # before the client closes: with it goes the connection that the stream is read from
        text = "".join(chunk.choices[0].delta.content or "" for chunk in parsed) if stream else parsed.choices[0].message.content
    assert text == "the second try got through"
    assert answer.retries_taken == 1
    assert waits() == [1.5]  # by its own guess the client waits at most 0.5 s before its first retry


def test_429_that_stays_is_reported_with_its_headers(waits):
    with make_client(max_retries=2) as client, pytest.raises(openai.RateLimitError) as refused:
        ask(client, "always limited")
    error = refused.value
    assert waits() == [2.0, 2.0]
    assert (error.status_code, error.code, error.type) == (429, "rate_limit_exceeded", "rate_limit_error")
    assert error.response.headers["retry-after"] == "2" and error.response.headers["retry-after-ms"] == "2000"


def test_500_is_reported(client):
    with pytest.raises(openai.InternalServerError) as refused:
        ask(client, "broken for good")
    assert refused.value.status_code == 500 and refused.value.type == "server_error"


def test_500_that_passes_is_tried_again(waits):
    with make_client(max_retries=2) as client:
        assert ask(client, "broken once").choices[0].message.content == "it works again"
    assert len(waits()) == 1


def test_a_cut_answer_is_a_lost_connection(client):
    with pytest.raises(openai.APIConnectionError) as lost:
        ask(client, "cut")
    assert not isinstance(lost.value, openai.APITimeoutError) and lost.value.__cause__ is not None


def test_a_cut_stream_yields_what_came_before_and_then_fails(client):
    heard, reasons = "", []
    with pytest.raises(Exception, match="(?i)incomplete|closed|disconnect|connection error") as lost:
        for chunk in ask(client, "cut", stream=True):
            heard += chunk.choices[0].delta.content or ""
            reasons.append(chunk.choices[0].finish_reason)
    assert heard == "Here is all " and set(reasons) == {None}
    assert "ProtocolError" in type(lost.value).__name__ or isinstance(lost.value, openai.APIConnectionError)
