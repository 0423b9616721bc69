// The hotel's desk as a session (docs/guides/sessions.md): it keeps its bookings in SQLite, and its own code says at the end whether they are what they should
// be. HOTEL_BUG=says-only makes it say that a room is booked, and not book it; HOTEL_BUG=twice, book it twice.
#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <regex>
#include <set>
#include <stdexcept>

#include <fmt/format.h>
#include <sqlite3.h>

#include "antiphon/session/program/agent_program.hpp"

namespace {

using namespace antiphon;

constexpr const char* seed = R"sql(
  CREATE TABLE rooms (number INTEGER PRIMARY KEY, kind TEXT NOT NULL, price INTEGER NOT NULL);
  CREATE TABLE bookings (guest TEXT NOT NULL, room INTEGER NOT NULL REFERENCES rooms (number), arrives TEXT NOT NULL, nights INTEGER NOT NULL);
  INSERT INTO rooms VALUES (11, 'single', 80), (21, 'double', 120), (31, 'suite', 300);
  INSERT INTO bookings VALUES ('Niklaus Wirth', 31, '2026-06-09', 3);
)sql";

using Row = std::vector<std::string>;

/// The hotel's world: one for each session, as it was before anybody called.
class Database {
 public:
  Database() {
    if (sqlite3_open(":memory:", &db_) != SQLITE_OK || sqlite3_exec(db_, seed, nullptr, nullptr, nullptr) != SQLITE_OK) throw std::runtime_error("no database");
  }
  ~Database() { sqlite3_close(db_); }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  std::vector<Row> query(const char* sql, const Row& values = {}) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(db_, sql, -1, &statement, nullptr) != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(db_));
    const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> owned(statement, sqlite3_finalize);
    for (std::size_t i = 0; i < values.size(); ++i) sqlite3_bind_text(statement, static_cast<int>(i) + 1, values[i].c_str(), -1, SQLITE_TRANSIENT);
    std::vector<Row> rows;
    while (sqlite3_step(statement) == SQLITE_ROW) {
      auto& row = rows.emplace_back();
      for (int i = 0; i < sqlite3_column_count(statement); ++i) row.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(statement, i)));
    }
    return rows;
  }
  std::multiset<Row> bookings() {
    const auto rows = query("SELECT guest, room, arrives, nights FROM bookings");
    return {rows.begin(), rows.end()};
  }

 private:
  sqlite3* db_ = nullptr;
};

class HotelDesk final : public session::HostedAgent {
 public:
  session::AgentInfo info() const override { return {.id = "hotel", .instructions = "You book rooms.", .tools = {"book_room"}}; }

  Task<> answer(std::string text, session::AgentTurn& turn) override {
    std::smatch stay, name;
    const auto room = room_in(text);
    const bool wants = std::regex_search(text, stay, std::regex(R"((\d+) nights? from (\d{4}-\d\d-\d\d))")) &&
                       std::regex_search(text, name, std::regex(R"(My name is ([A-Z]\w+ [A-Z]\w+))"));
    if (room.empty()) co_return co_await turn.say("You are welcome. Goodbye.");
    if (!wants) co_return co_await turn.say(fmt::format("A {} room costs {} euros a night.", room[1], room[2]));
    const Row booking{name[1], room[0], stay[2], stay[1]};
    if (is_taken(booking)) co_return co_await turn.say(fmt::format("I am sorry, the {} is taken then.", room[1]));
    if (!has_bug("says-only")) co_await book(booking, turn);
    co_await turn.say(fmt::format("Room {} is booked for you, {}.", room[0], booking[0]));
  }

  /// What is missing in the database, and what should not be in it.
  std::string differences(const json::object& userdata) {
    auto wanted = Database().bookings();
    for (const auto& booking : userdata.at("bookings").as_array()) {
      const auto text = [&](const char* key) {
        return booking.at(key).is_string() ? std::string(booking.at(key).as_string()) : json::serialize(booking.at(key));
      };
      wanted.insert({text("guest"), text("room"), text("arrives"), text("nights")});
    }
    const auto found = database_.bookings();
    std::string text;
    for (const auto& row : without(wanted, found)) text += fmt::format("missing in the database: room {} for {}; ", row[1], row[0]);
    for (const auto& row : without(found, wanted)) text += fmt::format("not expected in it: room {} for {}; ", row[1], row[0]);
    return text;
  }

 private:
  static bool has_bug(std::string_view name) {
    const auto* bug = std::getenv("HOTEL_BUG");
    return bug && bug == name;
  }
  // What is booked twice is one too many.
  static std::vector<Row> without(const std::multiset<Row>& all, const std::multiset<Row>& some) {
    std::vector<Row> rest;
    std::ranges::set_difference(all, some, std::back_inserter(rest));
    return rest;
  }
  Row room_in(const std::string& text) {
    for (auto& row : database_.query("SELECT number, kind, price FROM rooms"))
      if (text.find(row[1]) != std::string::npos) return row;
    return {};
  }
  bool is_taken(const Row& booking) {
    return !database_
                .query(
                    "SELECT 1 FROM bookings WHERE room = CAST(?2 AS INTEGER) AND arrives < date(?3, ?4 || ' days') AND date(arrives, nights || ' days') > ?3",
                    booking)
                .empty();
  }
  Task<> book(const Row& booking, session::AgentTurn& turn) {
    const json::object arguments{{"guest", booking[0]}, {"room", booking[1]}, {"arrives", booking[2]}, {"nights", booking[3]}};
    co_await turn.add(session::FunctionCall{.call_id = "c1", .name = "book_room", .arguments = json::serialize(arguments)});
    for (int times = has_bug("twice") ? 2 : 1; times > 0; --times) database_.query("INSERT INTO bookings VALUES (?, ?, ?, ?)", booking);
    co_await turn.add(session::FunctionCallOutput{.call_id = "c1", .name = "book_room", .output = "booked"});
  }

  Database database_;
};

Task<> compare(session::HostedAgent& agent, session::SimulationContext& simulation) {
  const auto differences = dynamic_cast<HotelDesk&>(agent).differences(simulation.userdata());
  if (!differences.empty()) simulation.fail(differences);
  co_return;
}

}  // namespace

int main(int argc, char** argv) {
  return session::run_agent(
      {.name = "hotel_desk", .make = [](Runtime&, const session::SimulationDispatch*) { return std::make_unique<HotelDesk>(); }, .on_simulation_end = compare},
      argc, argv);
}
