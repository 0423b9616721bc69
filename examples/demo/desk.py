"""What the agent says: a small dialogue that is worked out afresh from the whole conversation at every turn."""

import datetime
import json
import re
import uuid

ORDER = re.compile(r"\b([A-Z])-?(\d{4})\b", re.IGNORECASE)
ADDRESS = re.compile(r"\b(\d{1,3}(?: [a-z]+){1,3}, [a-z]+)", re.IGNORECASE)
WISHES = [  # in this order: "the headphones that were delivered, i want my money back" is about money
    ("person", re.compile(r"\b(human|person|someone real|manager|complain\w*)\b", re.IGNORECASE)),
    ("refund", re.compile(r"\b(refund\w*|money back|store credit|return\w*|(send|pay|paid) (it |this |me )?back)\b", re.IGNORECASE)),
    ("address", re.compile(r"\b(address|somewhere else|moved|redirect)\b", re.IGNORECASE)),
    ("hours", re.compile(r"\b(open|opening|hours|close)\b", re.IGNORECASE)),
    ("track", re.compile(r"\b(where|track\w*|status|arriv\w*|deliver\w*|parcel|package|shipp\w*|lost)\b", re.IGNORECASE)),
]
CLOSING = "Is there anything else I can do for you?"


class Desk:
    """Answers for the shop. Keeps nothing between calls: the messages sent are all that it knows of a conversation."""

    def __init__(self, shop, fixed=False):
        self._shop = shop
        self._fixed = fixed

    def answer(self, messages, thread):
        """The messages of one agent turn, in order: tool calls, tool results, and last what is said to the customer."""
        turn = Turn(self._shop, thread, messages)
        text = self._reply(turn)
        return turn.made + [{"role": "assistant", "content": text}]

    def _reply(self, turn):
        if turn.wish == "person":
            return self._hand_over(turn)
        if turn.wish == "hours":
            return f"Our shop is open from Monday to Friday, 9:00 to 18:00, and on Saturday until 14:00. {CLOSING}"
        if turn.says_goodbye():
            return "You are welcome. Have a good day."
        if turn.wish is None:
            return "Good day, this is the support desk of Quill & Quay. How can I help you?"
        if turn.order is None:
            return "I will gladly look into that. May I have your order number, please? It looks like A-1234."
        found = turn.use("lookup_order", order=turn.order)
        if "error" in found:
            return f"I cannot find an order {turn.order}. Could you check the number in your confirmation e-mail, please?"
        return {"refund": self._refund, "address": self._redirect, "track": self._track}[turn.wish](turn, found)

    def _hand_over(self, turn):
        ticket = turn.use("open_ticket", topic=turn.newest)["ticket"]
        return f"Of course. I have passed your case on as ticket {ticket}; a colleague will call you back within two hours. {CLOSING}"

    def _refund(self, turn, order):
        earlier = turn.earlier_result("create_refund", turn.order)
        if earlier is not None and self._was_made(earlier):
            return f"The refund for the {order['item']} is on its way; nothing more is needed from you. {CLOSING}"
        method = "store_credit" if turn.asked_for("store credit") else "card"
        receipt = turn.use("create_refund", order=turn.order, method=method)
        if self._was_made(receipt):
            return f"{self._made_words(order, method)} {CLOSING}"
        if receipt.get("error") == "already_refunded":
            return f"Order {turn.order} was paid back already: refund {receipt['refund']} left us on {day(receipt['made_on'])}. {CLOSING}"
        return (
            f"I am sorry: a purchase can be paid back within {receipt['window_days']} days, and you bought the {order['item']} "
            f"{receipt['age_days']} days ago. I cannot pay it back to your card. {CLOSING}"
        )

    def _was_made(self, receipt):
        """Whether the shop has paid an order back.

        THE PLANTED BUG (README.md): a refund that the shop *declines* is no error, so it is taken for one that was made.
        """
        if self._fixed:
            return receipt.get("status") == "created"
        return "error" not in receipt

    @staticmethod
    def _made_words(order, method):
        where = "as store credit" if method == "store_credit" else f"to your card ending in {order['card_last4']}"
        return f"Thank you. I have refunded {order['amount']} for the {order['item']} {where}. You will see it within five working days."

    @staticmethod
    def _redirect(turn, order):
        address = turn.address()
        if address is None:
            return f"Where should the {order['item']} go instead? Please give me house number, street and town."
        changed = turn.use("update_address", order=turn.order, address=address)
        if "error" in changed:
            return f"I am sorry: order {turn.order} has left our house, so its address can no longer be changed. {CLOSING}"
        return f"Done: order {turn.order}, the {order['item']}, now goes to {address}. {CLOSING}"

    @staticmethod
    def _track(turn, order):
        arrives = day(order["arrives_on"])
        words = {
            "packed": f"Order {turn.order}, the {order['item']}, is packed and should arrive on {arrives}.",
            "shipped": f"Order {turn.order}, the {order['item']}, has shipped and should arrive on {arrives}.",
            "delivered": f"Order {turn.order}, the {order['item']}, was delivered on {arrives}.",
            "lost": f"I am sorry: the carrier has lost order {turn.order}, the {order['item']}. "
            f"A new one left us this morning and should arrive on {arrives}.",
        }
        return f"{words[order['status']]} {CLOSING}"


class Turn:
    """One turn of the agent: what the conversation tells so far, and the tool traffic that this turn adds to it."""

    def __init__(self, shop, thread, messages):
        self._shop = shop
        self._thread = thread
        self._messages = messages
        self._said = [text_of(m) for m in messages if m.get("role") == "user"]
        self.made = []
        self.newest = self._said[-1] if self._said else ""
        self.order = next((order for text in reversed(self._said) if (order := order_in(text))), None)
        self.wish = next((wish for text in reversed(self._said) if (wish := wish_in(text))), None)

    def use(self, tool, **arguments):
        """Runs a tool and keeps call and result as messages."""
        call_id = f"call_{uuid.uuid4().hex[:12]}"
        result = self._shop.call(tool, arguments, self._thread)
        call = {"id": call_id, "type": "function", "function": {"name": tool, "arguments": json.dumps(arguments)}}
        self.made.append({"role": "assistant", "content": None, "tool_calls": [call]})
        self.made.append({"role": "tool", "tool_call_id": call_id, "content": json.dumps(result)})
        return result

    def earlier_result(self, tool, order):
        """What this tool answered for this order in an earlier turn, as the history tells it."""
        results = {m.get("tool_call_id"): text_of(m) for m in self._messages if m.get("role") == "tool"}
        calls = [call for m in self._messages for call in m.get("tool_calls") or []]
        for call in reversed(calls):
            function = call["function"]
            if function["name"] == tool and json.loads(function["arguments"]).get("order") == order and call["id"] in results:
                return json.loads(results[call["id"]])
        return None

    def asked_for(self, words):
        return any(words in text.lower() for text in self._said)

    def address(self):
        found = [match.group(1).title() for text in self._said for match in ADDRESS.finditer(text)]
        return found[-1] if found else None

    def says_goodbye(self):
        if wish_in(self.newest) or order_in(self.newest) or ADDRESS.search(self.newest):
            return False
        return re.search(r"\b(thank\w*|thx|bye|that'?s all|that was all)\b", self.newest, re.IGNORECASE) is not None


def order_in(text):
    found = ORDER.findall(text)
    return f"{found[-1][0].upper()}-{found[-1][1]}" if found else None


def wish_in(text):
    return next((wish for wish, pattern in WISHES if pattern.search(text)), None)


def text_of(message):
    """The text of a message, whether it came as a string, as parts, or not at all."""
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return " ".join(part.get("text", "") for part in content if part.get("type") == "text")


def day(iso):
    return datetime.date.fromisoformat(iso).strftime("%A")
