#pragma once

#include <memory>

#include "antiphon/base/runtime.hpp"
#include "antiphon/gateway/tools/tool.hpp"

namespace antiphon::gateway {

/// A tool that is one query of an SQLite file. Values never become part of the query's text: `:name` is the argument of that name, `@name` the
/// field of the session (`@caller_id`); what is absent is NULL.
struct SqlToolOptions {
  ToolEntry entry{};
  std::string database{};                       ///< path
  std::string schema{};                         ///< path of statements that fill the database where its file is missing; empty: the file must be there
  std::string query{};                          ///< one statement
  bool writes = false;                          ///< false: a statement that would change anything is refused
  bool one = false;                             ///< the first row as an object, and `not_found` where there is none; false: `{"rows": […]}`
  std::string not_found = "nothing was found";  ///< what the model is told then, as `{"found": false, "note": …}`
  std::size_t most_rows = 20;
};

/// @throws Error configuration: the file, a query that is none, that writes although `writes` is off, or that names what there is not; Problems of the
/// statements that fill the file.
std::shared_ptr<ToolProvider> sql_tool(SqlToolOptions options, Runtime& runtime);

}  // namespace antiphon::gateway
