#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "antiphon/store/sqlite/database.hpp"

namespace antiphon::store {

/// What SQLite says against a text of SQL, and where in it.
struct SqlMistake {
  std::string reason{};    ///< `near "SELEC": syntax error`
  std::size_t offset = 0;  ///< bytes; of the statement where SQLite knows no place in it
};

/// Whether one statement could be run as it stands: nothing is run.
std::optional<SqlMistake> mistake_in(const Database& database, std::string_view statement);

/// Whether it is VACUUM, which a confined database (`confine`) refuses only when it runs. @param statement one that can be prepared
bool is_vacuum(const Database& database, std::string_view statement);

/// Runs statements one after the other, up to the first that cannot be run: in one transaction where they have none of their own, which is left open when
/// one cannot be run. A transaction of theirs must have its end.
std::optional<SqlMistake> run_statements(const Database& database, std::string_view statements);

}  // namespace antiphon::store
