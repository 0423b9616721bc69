import asyncio
import time

import openai
from conftest import KEY, URL, user

HELLO = "Good day. Grüße aus Köln, 你好 🙂\nHow can I help?"


def say(client, messages, **options):
    return client.chat.completions.create(model="gpt-peer", messages=messages, **options)


def test_an_answer_has_everything_that_the_client_types(client):
    answer = say(client, user("hello"), temperature=0.5, max_tokens=100)
    assert isinstance(answer, openai.types.chat.ChatCompletion)
    assert answer.id.startswith("chatcmpl-") and answer.object == "chat.completion" and answer.model == "gpt-peer"
    assert abs(answer.created - time.time()) < 3600
    [choice] = answer.choices
    assert (choice.index, choice.finish_reason, choice.message.role) == (0, "stop", "assistant")
    assert choice.message.content == HELLO
    assert choice.message.refusal is None and not choice.message.tool_calls
    assert answer.usage.prompt_tokens > 0 and answer.usage.completion_tokens > 5
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


def test_every_answer_holds_under_the_vendors_strict_type(client):
    raw = client.chat.completions.with_raw_response.create(model="m", messages=user("hello"))
    assert raw.headers["content-type"].startswith("application/json")
    openai.types.chat.ChatCompletion.model_validate_json(raw.text, strict=True)


def test_rules_see_system_prompt_and_model(client):
    assert say(client, [{"role": "system", "content": "You are a pirate."}, *user("hello")]).choices[0].message.content == "Ahoy."
    assert say(client, [{"role": "developer", "content": "Talk like a pirate"}, *user("hello")]).choices[0].message.content == "Ahoy."
    answer = client.chat.completions.create(model="gpt-peer-mini", messages=user("which model"))
    assert answer.choices[0].message.content == "a small one"


def test_content_may_come_in_parts(client):
    parts = [{"type": "text", "text": "first part"}, {"type": "text", "text": "second part"}]
    assert say(client, [{"role": "user", "content": parts}]).choices[0].message.content == "both parts arrived"


def test_a_conversation_is_what_the_client_sends(client):
    history = user("my name is Ada")
    history.append(say(client, history).choices[0].message)
    assert history[-1].content == "Noted."
    history += user("who am I?")
    assert say(client, history).choices[0].message.content == "You are Ada."


def test_models_are_listed(client):
    models = list(client.models.list())
    assert [model.id for model in models] == ["rules"]
    assert models[0].object == "model" and models[0].owned_by == "antiphon" and models[0].created > 0


def test_a_model_is_found_by_its_name(client):
    assert client.models.retrieve("rules").id == "rules"


def test_many_ask_at_once():
    async def ask_all():
        async with openai.AsyncOpenAI(base_url=URL, api_key=KEY, max_retries=0) as client:
            calls = [client.chat.completions.create(model="m", messages=user(f"my name is N{i}")) for i in range(40)]
            return await asyncio.gather(*calls)

    answers = asyncio.run(ask_all())
    assert [answer.choices[0].message.content for answer in answers] == ["Noted."] * 40
    assert len({answer.id for answer in answers}) == 40
