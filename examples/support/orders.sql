-- Orders of the shop of this example. The gateway makes orders.db of it where that is missing (docs/gateway/tools.md).
CREATE TABLE orders (
  order_id TEXT PRIMARY KEY,
  caller_id TEXT NOT NULL,
  item TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('packed', 'shipped', 'delivered', 'returned', 'cancelled')),
  eta TEXT
);
CREATE INDEX orders_of_callers ON orders (caller_id, order_id);
INSERT INTO orders VALUES
  ('A-1007', '+15550100', 'coffee machine', 'shipped', 'Thursday before the evening'),
  ('A-1012', '+15550100', 'set of two cups', 'packed', 'Monday'),
  ('A-1015', '+15550101', 'electric kettle', 'delivered', NULL),
  ('A-1021', '+15550102', 'coffee grinder', 'returned', NULL);
