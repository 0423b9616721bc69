#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "antiphon/base/document.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/gateway/tools/sql_tool.hpp"
#include "antiphon/store/sqlite/database.hpp"

namespace antiphon::gateway {

/// What a database of tools is called where it cannot be used.
store::DatabaseKind kind_of_tool_database();

/// What is wrong where its file is missing, and nothing says what to fill it with.
Error no_database(const SqlToolOptions& options);

/// Opens the tool's file, from which its SQL reaches no other (`store::confine`). @throws Error configuration
std::shared_ptr<store::Database> open_for_tool(const std::string& path, bool may_make);

/// Runs the statements of the tool's schema. @throws Problems with the place in that file; Error not_found or io for the file itself.
void fill_by_schema(const store::Database& database, const SqlToolOptions& options);

/// @throws Error configuration for a query that is none of this database, that writes although `writes` is off, or that names what there is not.
void check_query(const store::Database& database, const SqlToolOptions& options);

/// Tries the SQL of tools, and changes nothing: a database that is not there yet is made in memory. One object for all tools of a configuration.
class SqlCheck {
 public:
  /// Where the configuration names it.
  struct Places {
    Location database{}, schema{}, query{};
  };
  /// Mistakes of one tool, those of its schema with their places there.
  std::vector<Problem> check(const SqlToolOptions& options, const Places& places);

 private:
  using Made = std::shared_ptr<const store::Database>;
  Made open(const SqlToolOptions& options, const Places& places, std::vector<Problem>& problems);

  std::map<std::string, Made> known_;  ///< by file; nullptr: it cannot be used, which has been told
};

}  // namespace antiphon::gateway
