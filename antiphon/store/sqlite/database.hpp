#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace antiphon::store {

class Database;

/// What kind of file it is, for the messages of errors.
struct DatabaseKind {
  std::string name = "the store";                             ///< as in "cannot open the store x.db"
  std::string instead = "name another file with --store";     ///< what to do where this file is the wrong one
  std::string otherwise = ", or do without: --store off";     ///< what else can be done; may be empty
  std::string when_damaged = "the next run makes a new one";  ///< after "move it away, "
};

enum class ColumnType { null, integer, real, text, blob };

/// One prepared statement. Bind from 1 on, step through rows, read columns from 0 on. What is bound is copied.
class Statement {
 public:
  Statement(const Database& database, std::string_view sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& bind(std::string_view text);
  Statement& bind(std::int64_t number);
  Statement& bind(double number);
  Statement& bind_or_null(const std::optional<std::string>& text);
  Statement& bind_blob(std::string_view bytes);
  Statement& bind_null();
  /// Makes it ready to be bound and stepped again.
  Statement& again();
  /// How many parameters it has, and the name of one of them with its first character (`:id`); empty for one without a name.
  int parameters() const;
  std::string parameter_name(int number) const;
  /// Whether it changes nothing in the file.
  bool only_reads() const;
  /// False after the last row.
  bool step();
  void run() {
    while (step()) {}
  }
  std::string text(int column) const;  ///< of text or a blob
  std::int64_t integer(int column) const;
  double real(int column) const;
  int columns() const;
  std::string column_name(int column) const;
  ColumnType type(int column) const;
  bool is_null(int column) const;

 private:
  const Database& database_;
  sqlite3_stmt* statement_ = nullptr;
  int bound_ = 0;
};

/// An open file of SQLite. Errors name it and say what to do: configuration for one that cannot be opened or is no database, cancelled where
/// `interrupt_when` answered true, else io. Used by one thread at a time.
class Database {
 public:
  Database(const std::string& path, bool may_write, DatabaseKind kind = {});
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void execute(std::string_view sql) const;
  std::int64_t pragma(std::string_view name) const;
  /// Ends statements that run for long with Error cancelled as soon as `stop` answers true; an empty one ends none. Asked every few thousand steps.
  void interrupt_when(std::function<bool()> stop);
  [[noreturn]] void fail(int code) const;
  sqlite3* handle() const { return handle_; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  DatabaseKind kind_;
  std::function<bool()> stop_;
  sqlite3* handle_ = nullptr;
};

/// All or nothing: rolled back unless it was committed. Waits its turn among processes.
class Transaction {
 public:
  explicit Transaction(const Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  const Database& database_;
  bool open_ = true;
};

}  // namespace antiphon::store
