import enum
import json
from typing import Optional

import openai
import pytest
from conftest import user
from pydantic import BaseModel

LOOKUP = {
    "type": "function",
    "function": {
        "name": "lookup_order",
        "description": "Finds an order.",
        "parameters": {"type": "object", "properties": {"order": {"type": "string"}, "detail": {"type": "object"}}, "required": ["order"]},
    },
}
REFUND = {
    "type": "function",
    "function": {
        "name": "create_refund",
        "parameters": {
            "type": "object",
            "properties": {
                "order": {"type": "string"},
                "cents": {"type": "integer", "minimum": 100, "maximum": 5000},
                "reason": {"enum": ["late", "broken"]},
            },
            "required": ["order", "cents", "reason"],
            "additionalProperties": False,
        },
    },
}


def test_a_call_and_its_result_make_a_round(client):
    history = user("where is A-1007?")
    first = client.chat.completions.create(model="m", messages=history, tools=[LOOKUP])
    assert first.choices[0].finish_reason == "tool_calls"
    message = first.choices[0].message
    [call] = message.tool_calls
    assert message.content is None and call.type == "function" and call.id.startswith("call_")
    assert (call.function.name, json.loads(call.function.arguments)) == ("lookup_order", {"order": "A-1007"})
    history += [message, {"role": "tool", "tool_call_id": call.id, "content": '{"status": "shipped"}'}]
    second = client.chat.completions.create(model="m", messages=history, tools=[LOOKUP])
    assert second.choices[0].message.content == "Your order has shipped and should arrive on Thursday."
    assert second.choices[0].finish_reason == "stop"


def test_several_calls_come_at_once_beside_text(client):
    message = client.chat.completions.create(model="m", messages=user("compare A-1007 with B-2210"), tools=[LOOKUP]).choices[0].message
    assert message.content == "Let me look at both."
    arguments = [json.loads(call.function.arguments) for call in message.tool_calls]
    assert arguments == [{"order": "A-1007"}, {"order": "B-2210", "detail": {"language": "Grüße 🙂", "lines": "a\nb"}}]
    assert len({call.id for call in message.tool_calls}) == 2


@pytest.mark.parametrize("choice", [{"type": "function", "function": {"name": "create_refund"}}, "required"])
def test_a_forced_tool_is_called_with_arguments_that_its_schema_allows(client, choice):
    tools = [REFUND, LOOKUP]
    [call] = client.chat.completions.create(model="m", messages=user("force"), tools=tools, tool_choice=choice).choices[0].message.tool_calls
    arguments = json.loads(call.function.arguments)
    assert call.function.name == "create_refund" and arguments.keys() == {"order", "cents", "reason"}
    assert isinstance(arguments["order"], str) and 100 <= arguments["cents"] <= 5000 and arguments["reason"] in ("late", "broken")


def test_nothing_is_forced_where_the_client_leaves_the_choice(client):
    choice = client.chat.completions.create(model="m", messages=user("force"), tools=[REFUND], tool_choice="auto").choices[0]
    assert choice.finish_reason == "stop" and not choice.message.tool_calls


class Speed(enum.Enum):
    slow = "slow"
    fast = "fast"


class Parcel(BaseModel):
    grams: int
    note: Optional[str]


class SendParcels(BaseModel):
    to: str
    speed: Speed
    parcels: list[Parcel]


def test_arguments_of_a_forced_tool_become_the_clients_own_type(client):
    tools = [openai.pydantic_function_tool(SendParcels)]
    answer = client.chat.completions.parse(model="m", messages=user("force"), tools=tools, tool_choice="required")
    sent = answer.choices[0].message.tool_calls[0].function.parsed_arguments
    assert isinstance(sent, SendParcels) and isinstance(sent.speed, Speed)
    assert all(isinstance(parcel, Parcel) for parcel in sent.parcels)


def test_a_tool_choice_that_names_no_tool_is_refused(client):
    with pytest.raises(openai.BadRequestError) as refused:
        client.chat.completions.create(
            model="m", messages=user("force"), tools=[REFUND], tool_choice={"type": "function", "function": {"name": "nowhere"}}
        )
    assert refused.value.param == "tool_choice" and "nowhere" in refused.value.message
