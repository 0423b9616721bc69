-- The order book of an invented shop. Dates count back from today, so that "nine days ago" stays true.
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, card_last4 TEXT NOT NULL);
CREATE TABLE orders (
  id TEXT PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (id),
  item TEXT NOT NULL,
  amount_cents INTEGER NOT NULL,
  bought_on TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('packed', 'shipped', 'delivered', 'lost')),
  arrives_on TEXT NOT NULL,
  address TEXT NOT NULL
);
CREATE TABLE refunds (
  id INTEGER PRIMARY KEY,
  order_id TEXT NOT NULL UNIQUE REFERENCES orders (id),
  amount_cents INTEGER NOT NULL,
  method TEXT NOT NULL CHECK (method IN ('card', 'store_credit')),
  made_on TEXT NOT NULL,
  thread TEXT NOT NULL
);
CREATE TABLE tickets (id INTEGER PRIMARY KEY, topic TEXT NOT NULL, thread TEXT NOT NULL);

INSERT INTO customers (id, name, card_last4) VALUES
  (1, 'Ines Tallgren', '4471'), (2, 'Okko Marlow', '0932'), (3, 'Bea Sandoval-Fink', '7718'), (4, 'Jory Quill', '2605');

INSERT INTO orders (id, customer_id, item, amount_cents, bought_on, status, arrives_on, address) VALUES
  ('A-1007', 1, 'headphones',        8900, date('now', '-9 days'),  'delivered', date('now', '-6 days'),  '3 Quay Street, Brackwater'),
  ('A-1009', 2, 'wireless speaker', 12900, date('now', '-2 days'),  'shipped',   date('now', '+2 days'),  '18 Fern Hill, Ostley'),
  ('A-1012', 3, 'travel charger',    2450, date('now', '-5 days'),  'delivered', date('now', '-2 days'),  '7 Mill Bank, Tarrow'),
  ('A-1013', 4, 'alarm clock',       3900, date('now', '-8 days'),  'lost',      date('now', '+4 days'),  '40 Station Road, Ostley'),
  ('A-1016', 1, 'record player',    21900, date('now', '-1 days'),  'shipped',   date('now', '+3 days'),  '3 Quay Street, Brackwater'),
  ('A-1018', 2, 'microphone',        7400, date('now', '-12 days'), 'delivered', date('now', '-9 days'),  '18 Fern Hill, Ostley'),
  ('A-1021', 3, 'desk lamp',         5900, date('now', '-23 days'), 'delivered', date('now', '-20 days'), '7 Mill Bank, Tarrow'),
  ('A-1030', 4, 'projector',        34900, date('now', '-1 days'),  'packed',    date('now', '+5 days'),  '40 Station Road, Ostley');

INSERT INTO refunds (id, order_id, amount_cents, method, made_on, thread) VALUES
  (5001, 'A-1018', 7400, 'card', date('now', '-4 days'), 'counter');
