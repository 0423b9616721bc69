#include "antiphon/store/sqlite/sql_text.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include <sqlite3.h>

namespace antiphon::store {

namespace {

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Prepared = std::unique_ptr<sqlite3_stmt, Finalize>;

/// One statement of a longer text. Null where there is none, be it for a mistake or because only blanks and comments are left.
struct Next {
  Prepared statement{};
  std::size_t length = 0;
  bool wrong = false;
};

Next prepare(const Database& database, std::string_view text) {
  sqlite3_stmt* statement = nullptr;
  const char* rest = text.data() + text.size();
  const int code = sqlite3_prepare_v2(database.handle(), text.data(), static_cast<int>(text.size()), &statement, &rest);
  return {.statement = Prepared(statement), .length = static_cast<std::size_t>(rest - text.data()), .wrong = code != SQLITE_OK};
}

std::size_t begin_of(std::string_view text) { return std::min(text.find_first_not_of(" \t\r\n"), text.size()); }

/// Of what was refused last.
SqlMistake mistake(const Database& database, std::string_view statement) {
  const bool reaches_out = sqlite3_errcode(database.handle()) == SQLITE_AUTH;
  const std::string reason =
      reaches_out ? "ATTACH, VACUUM and PRAGMA that reach another file or how this one is kept are not allowed" : sqlite3_errmsg(database.handle());
  const int offset = sqlite3_error_offset(database.handle());
  if (offset >= 0) return {.reason = reason, .offset = static_cast<std::size_t>(offset)};
  return {.reason = reason, .offset = reason == "incomplete input" ? statement.size() : begin_of(statement)};
}

/// Behind the semicolons, blanks and comments that it may begin with.
std::string_view bare(std::string_view statement) {
  for (;;) {
    statement.remove_prefix(std::min(statement.find_first_not_of("; \t\r\n\f"), statement.size()));
    const bool is_line = statement.starts_with("--");
    if (!is_line && !statement.starts_with("/*")) return statement;
    const auto end = is_line ? statement.find('\n') : statement.find("*/", 2);
    if (end == std::string_view::npos) return {};
    statement.remove_prefix(end + (is_line ? 1 : 2));
  }
}

/// Whether the program that SQLite makes of it does that. What is an EXPLAIN already only tells.
bool has_operation(const Database& database, std::string_view statement, std::string_view operation) {
  constexpr int opcode = 1;
  const auto explained = prepare(database, "EXPLAIN " + std::string(bare(statement)));
  if (explained.wrong || !explained.statement) return false;
  while (sqlite3_step(explained.statement.get()) == SQLITE_ROW) {
    const auto* name = sqlite3_column_text(explained.statement.get(), opcode);
    if (name && std::string_view(reinterpret_cast<const char*>(name)) == operation) return true;
  }
  return false;
}

bool run(sqlite3_stmt* statement) {
  int code = SQLITE_ROW;
  while (code == SQLITE_ROW) code = sqlite3_step(statement);
  return code == SQLITE_DONE;
}

/// Around statements that have no transaction of their own: each alone would wait for the disk. It makes way for one of theirs.
class OwnTransaction {
 public:
  explicit OwnTransaction(const Database& database) : database_(database) {}

  bool make_room(sqlite3_stmt* statement, std::string_view text) {
    const bool only_reads = sqlite3_stmt_readonly(statement) != 0;
    if (sqlite3_get_autocommit(database_.handle()) == 0) return !only_reads || !has_operation(database_, text, "AutoCommit") || end();
    open_ = !only_reads && !is_vacuum(database_, text);
    return !open_ || execute("BEGIN");
  }

  bool end() { return !std::exchange(open_, false) || execute("COMMIT"); }

 private:
  bool execute(const char* sql) const { return sqlite3_exec(database_.handle(), sql, nullptr, nullptr, nullptr) == SQLITE_OK; }

  const Database& database_;
  bool open_ = false;
};

}  // namespace

std::optional<SqlMistake> mistake_in(const Database& database, std::string_view statement) {
  const auto next = prepare(database, statement);
  if (next.wrong) return mistake(database, statement);
  if (!next.statement) return SqlMistake{.reason = "there is no statement"};
  const auto behind = next.length + begin_of(statement.substr(next.length));
  const auto second = prepare(database, statement.substr(next.length));
  if (second.wrong || second.statement) return SqlMistake{.reason = "there is a second statement", .offset = behind};
  return std::nullopt;
}

bool is_vacuum(const Database& database, std::string_view statement) { return has_operation(database, statement, "Vacuum"); }

std::optional<SqlMistake> run_statements(const Database& database, std::string_view statements) {
  OwnTransaction around(database);
  for (std::size_t begin = 0; begin < statements.size();) {
    const auto rest = statements.substr(begin);
    const auto next = prepare(database, rest);
    if (next.wrong || (next.statement && !(around.make_room(next.statement.get(), rest.substr(0, next.length)) && run(next.statement.get())))) {
      auto found = mistake(database, rest);
      found.offset += begin;
      return found;
    }
    begin += next.length;
    if (!next.statement && next.length == 0) break;
  }
  if (!around.end()) return SqlMistake{.reason = sqlite3_errmsg(database.handle()), .offset = statements.size()};
  if (sqlite3_get_autocommit(database.handle()) == 0) return SqlMistake{.reason = "its transaction has no COMMIT", .offset = statements.size()};
  return std::nullopt;
}

}  // namespace antiphon::store
