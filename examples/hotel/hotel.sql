-- What the hotel has, and who has booked before anybody calls.
CREATE TABLE rooms (number INTEGER PRIMARY KEY, kind TEXT NOT NULL, price INTEGER NOT NULL);
CREATE TABLE bookings (guest TEXT NOT NULL, room INTEGER NOT NULL REFERENCES rooms (number), arrives TEXT NOT NULL, nights INTEGER NOT NULL);
INSERT INTO rooms VALUES (11, 'single', 80), (21, 'double', 120), (31, 'suite', 300);
INSERT INTO bookings VALUES ('Niklaus Wirth', 31, '2026-06-09', 3);
