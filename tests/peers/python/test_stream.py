import asyncio

import openai
from conftest import KEY, URL, user
from test_chat import HELLO
from test_tools import LOOKUP


def stream(client, text, **options):
    return list(client.chat.completions.create(model="gpt-peer", messages=user(text), stream=True, **options))


def test_text_comes_in_pieces(client):
    chunks = stream(client, "hello")
    assert all(isinstance(chunk, openai.types.chat.ChatCompletionChunk) and chunk.object == "chat.completion.chunk" for chunk in chunks)
    assert len({chunk.id for chunk in chunks}) == 1 and {chunk.model for chunk in chunks} == {"gpt-peer"}
    assert chunks[0].choices[0].delta.role == "assistant"
    pieces = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices[0].delta.content]
    assert len(pieces) > 5 and "".join(pieces) == HELLO
    assert [chunk.choices[0].finish_reason for chunk in chunks] == [None] * (len(chunks) - 1) + ["stop"]
    assert all(chunk.usage is None for chunk in chunks)


def test_usage_comes_last_where_it_is_wanted(client):
    *chunks, last = stream(client, "hello", stream_options={"include_usage": True})
    assert last.choices == [] and all(chunk.usage is None for chunk in chunks)
    whole = client.chat.completions.create(model="gpt-peer", messages=user("hello")).usage
    assert last.usage == whole and whole.total_tokens > 0


def test_every_frame_holds_under_the_vendors_strict_type(client):
    options = {"stream": True, "stream_options": {"include_usage": True}, "tools": [LOOKUP]}
    with client.chat.completions.with_streaming_response.create(model="m", messages=user("compare A-1007 with B-2210"), **options) as raw:
        assert raw.headers["content-type"].startswith("text/event-stream")
        lines = [line for line in raw.iter_lines() if line]
    assert all(line.startswith("data: ") for line in lines) and lines[-1] == "data: [DONE]"
    for line in lines[:-1]:
        openai.types.chat.ChatCompletionChunk.model_validate_json(line.removeprefix("data: "), strict=True)


def test_tool_calls_come_in_pieces(client):
    chunks = stream(client, "compare A-1007 with B-2210", tools=[LOOKUP])
    deltas = [call for chunk in chunks for call in chunk.choices[0].delta.tool_calls or []]
    heads = [delta for delta in deltas if delta.id]
    assert [(head.index, head.type, head.function.name) for head in heads] == [(0, "function", "lookup_order"), (1, "function", "lookup_order")]
    assert heads[0].id != heads[1].id
    arguments = ["".join(delta.function.arguments or "" for delta in deltas if delta.index == index) for index in (0, 1)]
    assert arguments[0] == '{"order":"A-1007"}' and '"B-2210"' in arguments[1] and "Grüße 🙂" in arguments[1]
    assert chunks[-1].choices[0].finish_reason == "tool_calls"


def test_the_clients_accumulator_puts_together_what_a_plain_answer_says(client):
    question = {"model": "m", "messages": user("compare A-1007 with B-2210"), "tools": [LOOKUP]}
    with client.chat.completions.stream(**question, stream_options={"include_usage": True}) as events:
        kinds = {event.type for event in events}
        streamed = events.get_final_completion()
    plain = client.chat.completions.create(**question)
    assert {"chunk", "content.delta", "content.done", "tool_calls.function.arguments.delta", "tool_calls.function.arguments.done"} <= kinds
    message, expected = streamed.choices[0].message, plain.choices[0].message
    assert message.content == expected.content == "Let me look at both."
    assert [call.function.arguments for call in message.tool_calls] == [call.function.arguments for call in expected.tool_calls]
    assert streamed.usage.total_tokens == plain.usage.total_tokens


def test_an_asynchronous_client_streams_many_at_once():
    async def read(client):
        chunks = await client.chat.completions.create(model="m", messages=user("hello"), stream=True)
        return "".join([chunk.choices[0].delta.content or "" async for chunk in chunks])

    async def read_all():
        async with openai.AsyncOpenAI(base_url=URL, api_key=KEY, max_retries=0) as client:
            return await asyncio.gather(*(read(client) for _ in range(20)))

    assert asyncio.run(read_all()) == [HELLO] * 20


def test_a_stream_may_be_left_early(client):
    with client.chat.completions.create(model="m", messages=user("hello"), stream=True) as chunks:
        assert next(iter(chunks)).choices[0].delta.role == "assistant"
    assert client.chat.completions.create(model="m", messages=user("hello")).choices[0].message.content == HELLO
