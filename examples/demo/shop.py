"""The shop behind the agent: one SQLite database and the tools that work on it."""

import datetime
import pathlib
import sqlite3
import threading

REFUND_WINDOW_DAYS = 14


class Shop:
    """The order book. Every public tool takes and returns plain JSON values; safe to use from many threads."""

    def __init__(self, path, seed):
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.executescript("PRAGMA foreign_keys = ON;" + pathlib.Path(seed).read_text(encoding="utf-8"))
        self._tools = {
            "lookup_order": self._lookup_order,
            "create_refund": self._create_refund,
            "update_address": self._update_address,
            "open_ticket": self._open_ticket,
        }

    def call(self, name, arguments, thread):
        """Runs one tool. What cannot be done comes back as {"error": …}; nothing is raised for a customer's mistake."""
        with self._lock:
            return self._tools[name](thread=thread, **arguments)

    def close(self):
        with self._lock:
            self._db.close()

    def _order(self, order):
        return self._db.execute("SELECT * FROM orders WHERE id = ?", (order,)).fetchone()

    def _lookup_order(self, order, thread):
        row = self._order(order)
        if row is None:
            return {"error": "unknown_order", "order": order}
        customer = self._db.execute("SELECT * FROM customers WHERE id = ?", (row["customer_id"],)).fetchone()
        return {
            "order": row["id"],
            "item": row["item"],
            "amount": cents(row["amount_cents"]),
            "bought_on": row["bought_on"],
            "status": row["status"],
            "arrives_on": row["arrives_on"],
            "address": row["address"],
            "card_last4": customer["card_last4"],
        }

    def _create_refund(self, order, method, thread):
        """Pays an order back. The card only within the window; store credit at any time."""
        row = self._order(order)
        if row is None:
            return {"error": "unknown_order", "order": order}
        earlier = self._db.execute("SELECT * FROM refunds WHERE order_id = ?", (order,)).fetchone()
        if earlier is not None:
            return {"error": "already_refunded", "refund": f"R-{earlier['id']}", "made_on": earlier["made_on"]}
        age = (today() - datetime.date.fromisoformat(row["bought_on"])).days
        if method == "card" and age > REFUND_WINDOW_DAYS:
            return {"status": "declined", "reason": "outside_window", "window_days": REFUND_WINDOW_DAYS, "age_days": age}
        made = self._db.execute(
            "INSERT INTO refunds (order_id, amount_cents, method, made_on, thread) VALUES (?, ?, ?, date('now'), ?)",
            (order, row["amount_cents"], method, thread),
        )
        return {"status": "created", "refund": f"R-{made.lastrowid}", "amount": cents(row["amount_cents"]), "method": method}

    def _update_address(self, order, address, thread):
        row = self._order(order)
        if row is None:
            return {"error": "unknown_order", "order": order}
        if row["status"] != "packed":
            return {"error": "already_sent", "status": row["status"]}
        self._db.execute("UPDATE orders SET address = ? WHERE id = ?", (address, order))
        return {"status": "updated", "order": order, "address": address}

    def _open_ticket(self, topic, thread):
        made = self._db.execute("INSERT INTO tickets (topic, thread) VALUES (?, ?)", (topic, thread))
        return {"status": "opened", "ticket": f"T-{300 + made.lastrowid}"}


def cents(amount):
    return f"{amount // 100}.{amount % 100:02d} EUR"


def today():
    # As SQLite's date('now'): in UTC, or an order would change its age between the two.
    return datetime.datetime.now(datetime.timezone.utc).date()
