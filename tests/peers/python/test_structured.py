import json
from typing import Literal, Optional, Union

import pytest
from conftest import user
from pydantic import BaseModel, Field


class Person(BaseModel):
    name: str
    age: Optional[int]


class Event(BaseModel):
    name: str
    day: Literal["monday", "friday"]
    people: list[Person]


class Mail(BaseModel):
    kind: Literal["mail"]
    address: str


class Call(BaseModel):
    kind: Literal["call"]
    number: str


class Node(BaseModel):
    """Refers to itself."""

    label: str
    children: list["Node"]


class Plan(BaseModel):
    via: Union[Mail, Call]
    tree: Node
    share: float = Field(ge=0, le=1)
    tags: list[str] = Field(min_length=2)
    done: bool


def test_a_schema_without_types_of_the_client_is_filled(client):
    schema = {"type": "object", "properties": {"n": {"type": "integer"}, "s": {"type": "string"}}, "required": ["n", "s"], "additionalProperties": False}
    wanted = {"type": "json_schema", "json_schema": {"name": "pair", "strict": True, "schema": schema}}
    content = client.chat.completions.create(model="m", messages=user("make up"), response_format=wanted).choices[0].message.content
    made = json.loads(content)
    assert made.keys() == {"n", "s"} and isinstance(made["n"], int) and made["s"] == "weekly meeting"


@pytest.mark.parametrize("kind", [Event, Plan, Node])
def test_the_client_parses_what_was_made_up_into_its_own_type(client, kind):
    message = client.chat.completions.parse(model="m", messages=user("make up"), response_format=kind).choices[0].message
    assert isinstance(message.parsed, kind) and message.refusal is None


def test_the_client_parses_what_a_rule_wrote(client):
    event = client.chat.completions.parse(model="m", messages=user("as written"), response_format=Event).choices[0].message.parsed
    assert event == Event(name="science fair", day="friday", people=[Person(name="Alice", age=41), Person(name="Bob", age=None)])


def test_a_streamed_answer_is_parsed_as_well(client):
    with client.chat.completions.stream(model="m", messages=user("as written"), response_format=Event) as events:
        parsed = [event.parsed for event in events if event.type == "content.delta" and event.parsed]
        final = events.get_final_completion().choices[0].message.parsed
    assert len(parsed) > 3 and final.people[0].name == "Alice"


def test_json_mode_answers_with_an_object(client):
    answer = client.chat.completions.create(model="m", messages=user("make up"), response_format={"type": "json_object"})
    assert isinstance(json.loads(answer.choices[0].message.content), dict)
