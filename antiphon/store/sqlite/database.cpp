#include "antiphon/store/sqlite/database.hpp"

#include <chrono>

#include <fmt/format.h>
#include <sqlite3.h>

#include "antiphon/base/error.hpp"

namespace antiphon::store {

namespace {

constexpr int patience_ms = 30'000;

std::string hint_of(int code, const DatabaseKind& kind) {
  switch (code & 0xFF) {
    case SQLITE_NOTADB: return kind.instead + ", or move this one away";
    case SQLITE_CORRUPT: return "the file is damaged: move it away, " + kind.when_damaged;
    case SQLITE_FULL: return "make room on the disk";
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return "another process holds it: wait for that, or " + kind.instead;
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM: return "check the folder and its permissions, or " + kind.instead;
    default: return kind.instead + kind.otherwise;
  }
}

// A wrong file is a mistake of whoever named it; a full disk, a damaged file or a busy one may befall anybody.
ErrorKind kind_of(int code) {
  switch (code & 0xFF) {
    case SQLITE_NOTADB:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM: return ErrorKind::configuration;
    case SQLITE_INTERRUPT: return ErrorKind::cancelled;
    default: return ErrorKind::io;
  }
}

}  // namespace

Statement::Statement(const Database& database, std::string_view sql) : database_(database) {
  const int code = sqlite3_prepare_v2(database.handle(), sql.data(), static_cast<int>(sql.size()), &statement_, nullptr);
  if (code != SQLITE_OK) database.fail(code);
}

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement& Statement::bind(std::string_view text) {
  const int code = sqlite3_bind_text64(statement_, ++bound_, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  if (code != SQLITE_OK) database_.fail(code);
  return *this;
}

Statement& Statement::bind(std::int64_t number) {
  const int code = sqlite3_bind_int64(statement_, ++bound_, number);
  if (code != SQLITE_OK) database_.fail(code);
  return *this;
}

Statement& Statement::bind(double number) {
  const int code = sqlite3_bind_double(statement_, ++bound_, number);
  if (code != SQLITE_OK) database_.fail(code);
  return *this;
}

Statement& Statement::bind_or_null(const std::optional<std::string>& text) {
  if (text) return bind(std::string_view(*text));
  const int code = sqlite3_bind_null(statement_, ++bound_);
  if (code != SQLITE_OK) database_.fail(code);
  return *this;
}

Statement& Statement::bind_blob(std::string_view bytes) {
  const int code = sqlite3_bind_blob64(statement_, ++bound_, bytes.empty() ? "" : bytes.data(), bytes.size(), SQLITE_TRANSIENT);
  if (code != SQLITE_OK) database_.fail(code);
  return *this;
}

Statement& Statement::bind_null() { return bind_or_null(std::nullopt); }

Statement& Statement::again() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  bound_ = 0;
  return *this;
}

int Statement::parameters() const { return sqlite3_bind_parameter_count(statement_); }

std::string Statement::parameter_name(int number) const {
  const auto* name = sqlite3_bind_parameter_name(statement_, number);
  return name ? name : "";
}

bool Statement::only_reads() const { return sqlite3_stmt_readonly(statement_) != 0; }

bool Statement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) database_.fail(code);
  return false;
}

std::string Statement::text(int column) const {
  const void* bytes = type(column) == ColumnType::blob ? sqlite3_column_blob(statement_, column) : sqlite3_column_text(statement_, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return bytes ? std::string(static_cast<const char*>(bytes), size) : std::string();
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_, column); }

double Statement::real(int column) const { return sqlite3_column_double(statement_, column); }

int Statement::columns() const { return sqlite3_column_count(statement_); }

std::string Statement::column_name(int column) const {
  const auto* name = sqlite3_column_name(statement_, column);
  return name ? name : "";
}

ColumnType Statement::type(int column) const {
  switch (sqlite3_column_type(statement_, column)) {
    case SQLITE_INTEGER: return ColumnType::integer;
    case SQLITE_FLOAT: return ColumnType::real;
    case SQLITE_TEXT: return ColumnType::text;
    case SQLITE_BLOB: return ColumnType::blob;
    default: return ColumnType::null;
  }
}

bool Statement::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

Database::Database(const std::string& path, bool may_write, DatabaseKind kind) : path_(path), kind_(std::move(kind)) {
  const int flags = (may_write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE) | SQLITE_OPEN_FULLMUTEX;
  const int code = sqlite3_open_v2(path.c_str(), &handle_, flags, nullptr);
  if (code == SQLITE_OK) {
    sqlite3_busy_timeout(handle_, patience_ms);
    return;
  }
  const std::string why = handle_ ? sqlite3_errmsg(handle_) : "no memory";
  sqlite3_close_v2(handle_);
  throw Error(kind_of(code), fmt::format("cannot open {} {}: {}", kind_.name, path, why)).with_hint(hint_of(code, kind_));
}

Database::~Database() { sqlite3_close_v2(handle_); }

// SQLite does not wait by itself where two processes change the mode of the journal at once, as two that make one store do.
void Database::execute(std::string_view sql) const {
  constexpr int pause_ms = 5;
  const std::string text(sql);
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::milliseconds(patience_ms);
  int code = sqlite3_exec(handle_, text.c_str(), nullptr, nullptr, nullptr);
  while ((code & 0xFF) == SQLITE_BUSY && std::chrono::steady_clock::now() < give_up) {
    sqlite3_sleep(pause_ms);
    code = sqlite3_exec(handle_, text.c_str(), nullptr, nullptr, nullptr);
  }
  if (code != SQLITE_OK) fail(code);
}

std::int64_t Database::pragma(std::string_view name) const {
  Statement statement(*this, fmt::format("PRAGMA {}", name));
  return statement.step() ? statement.integer(0) : 0;
}

void Database::interrupt_when(std::function<bool()> stop) {
  constexpr int steps = 2000;
  stop_ = std::move(stop);
  const auto ask = [](void* self) { return static_cast<Database*>(self)->stop_() ? 1 : 0; };
  sqlite3_progress_handler(handle_, stop_ ? steps : 0, stop_ ? +ask : nullptr, this);
}

void Database::fail(int code) const {
  throw Error(kind_of(code), fmt::format("{} {} cannot be used: {}", kind_.name, path_, sqlite3_errmsg(handle_))).with_hint(hint_of(code, kind_));
}

// IMMEDIATE: it waits here, where waiting is possible, and not in the middle of its work.
Transaction::Transaction(const Database& database) : database_(database) { database.execute("BEGIN IMMEDIATE"); }

Transaction::~Transaction() {
  if (open_) sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  database_.execute("COMMIT");
  open_ = false;
}

}  // namespace antiphon::store
