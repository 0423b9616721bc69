#include "antiphon/store/sqlite/confine.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include <sqlite3.h>

#include "antiphon/base/text.hpp"

namespace antiphon::store {

namespace {

using namespace std::string_view_literals;

// Those that describe the file, set what is written in itself, or how much memory and patience this connection has. What a later SQLite brings is refused
// until somebody has looked at it.
constexpr std::array harmless{"application_id"sv, "auto_vacuum"sv,       "busy_timeout"sv,     "cache_size"sv,    "case_sensitive_like"sv,
                              "collation_list"sv, "compile_options"sv,   "data_version"sv,     "database_list"sv, "defer_foreign_keys"sv,
                              "encoding"sv,       "foreign_key_check"sv, "foreign_key_list"sv, "foreign_keys"sv,  "freelist_count"sv,
                              "function_list"sv,  "index_info"sv,        "index_list"sv,       "index_xinfo"sv,   "integrity_check"sv,
                              "optimize"sv,       "page_count"sv,        "page_size"sv,        "quick_check"sv,   "recursive_triggers"sv,
                              "table_info"sv,     "table_list"sv,        "table_xinfo"sv,      "temp_store"sv,    "user_version"sv};
// Those that may be asked, but not set: how the file is kept.
constexpr std::array only_read{"journal_mode"sv, "max_page_count"sv, "schema_version"sv};

bool allows_pragma(const std::string& name, bool sets) {
  return std::ranges::find(harmless, name) != harmless.end() || (!sets && std::ranges::find(only_read, name) != only_read.end());
}

int authorize(void*, int action, const char* first, const char* second, const char*, const char*) {
  if (action == SQLITE_ATTACH) return SQLITE_DENY;
  if (action == SQLITE_PRAGMA && first && !allows_pragma(lower(first), second != nullptr)) return SQLITE_DENY;
  return SQLITE_OK;
}

}  // namespace

void confine(const Database& database) { sqlite3_set_authorizer(database.handle(), authorize, nullptr); }

}  // namespace antiphon::store
