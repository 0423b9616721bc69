#include "antiphon/store/sqlite/confine.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <sqlite3.h>

#include "antiphon/base/text.hpp"

namespace antiphon::store {

namespace {

using namespace std::string_view_literals;

// Those that describe the file, or set what is written in itself. What a later SQLite brings is refused until somebody has looked at it.
constexpr std::array harmless{
    "application_id"sv,     "auto_vacuum"sv, "case_sensitive_like"sv, "collation_list"sv,   "compile_options"sv, "data_version"sv,   "database_list"sv,
    "defer_foreign_keys"sv, "encoding"sv,    "foreign_key_check"sv,   "foreign_key_list"sv, "foreign_keys"sv,    "freelist_count"sv, "function_list"sv,
    "index_info"sv,         "index_list"sv,  "index_xinfo"sv,         "integrity_check"sv,  "page_count"sv,      "page_size"sv,      "quick_check"sv,
    "recursive_triggers"sv, "table_info"sv,  "table_list"sv,          "table_xinfo"sv,      "user_version"sv};

int authorize(void*, int action, const char* first, const char*, const char*, const char*) {
  if (action == SQLITE_ATTACH) return SQLITE_DENY;
  if (action == SQLITE_PRAGMA && first && std::ranges::find(harmless, lower(first)) == harmless.end()) return SQLITE_DENY;
  return SQLITE_OK;
}

}  // namespace

void confine(const Database& database) { sqlite3_set_authorizer(database.handle(), authorize, nullptr); }

}  // namespace antiphon::store
