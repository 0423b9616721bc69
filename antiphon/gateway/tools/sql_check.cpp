#include "antiphon/gateway/tools/sql_check.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/store/sqlite/confine.hpp"
#include "antiphon/store/sqlite/sql_text.hpp"

namespace antiphon::gateway {

namespace {

constexpr std::size_t excerpt = 60;

Error wrong(const SqlToolOptions& options, const std::string& what) {
  return Error(ErrorKind::configuration, fmt::format("tool {}: {}", options.entry.tool.name, what));
}

Location place_in(std::string_view text, std::size_t offset, const std::string& file) {
  const auto before = text.substr(0, offset);
  const auto last_line = before.substr(before.rfind('\n') + 1);  // npos + 1: the first
  const auto is_first_byte = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  return {.file = file,
          .line = 1 + static_cast<int>(std::ranges::count(before, '\n')),
          .column = 1 + static_cast<int>(std::ranges::count_if(last_line, is_first_byte))};
}

/// What stands at a place of a text, on one line.
std::string from(std::string_view text, std::size_t offset) {
  std::string words;
  for (const auto& word : split(std::string(text.substr(std::min(offset, text.size()))), '\n'))
    if (const auto bare = trim(word); !bare.empty()) words += (words.empty() ? "" : " ") + std::string(bare);
  return quote(cut(words, excerpt));
}

}  // namespace

store::DatabaseKind kind_of_tool_database() {
  return {.name = "the database", .instead = "name another file", .otherwise = "", .when_damaged = "and make it again"};
}

Error no_database(const SqlToolOptions& options) {
  return Error(ErrorKind::configuration, fmt::format("tool {}: there is no database {}", options.entry.tool.name, options.database))
      .with_hint("name one that is there, or the statements that fill it with `schema`");
}

std::shared_ptr<store::Database> open_for_tool(const std::string& path, bool may_make) {
  auto database = std::make_shared<store::Database>(path, may_make, kind_of_tool_database());
  store::confine(*database);
  return database;
}

void fill_by_schema(const store::Database& database, const SqlToolOptions& options) {
  const auto statements = read_file(options.schema);
  if (const auto mistake = store::run_statements(database, statements))
    throw Problems({{.message = fmt::format("tool {}: a statement that fills its database cannot be run: {}", options.entry.tool.name, mistake->reason),
                     .where = place_in(statements, mistake->offset, options.schema),
                     .hint = mistake->offset < statements.size() ? "correct it at " + from(statements, mistake->offset) : "something is missing at its end"}});
}

void check_query(const store::Database& database, const SqlToolOptions& options) {
  if (const auto mistake = store::mistake_in(database, options.query))
    throw wrong(options, "its query cannot be run: " + mistake->reason)
        .with_hint(mistake->offset < options.query.size() ? "correct it at " + from(options.query, mistake->offset) : "something is missing at its end");
  const store::Statement statement(database, options.query);
  if (store::is_vacuum(database, options.query)) throw wrong(options, "its query is VACUUM, which reaches other files").with_hint("leave that to sqlite3");
  if (!options.writes && !statement.only_reads()) throw wrong(options, "its query changes the database").with_hint("say `writes: true` where that is meant");
  const auto* properties = find(options.entry.tool.parameters, "properties");
  for (int i = 1; i <= statement.parameters(); ++i) {
    const auto name = statement.parameter_name(i);
    if (name.empty() || (name.front() != ':' && name.front() != '@'))
      throw wrong(options, "its query has a parameter that is neither :argument nor @field").with_hint("name every value");
    if (name.front() == ':' && (!properties || !properties->is_object() || !properties->get_object().contains(std::string_view(name).substr(1))))
      throw wrong(options, fmt::format("it has no parameter {}, which its query names", quote(name.substr(1)))).with_hint("declare it under parameters");
  }
}

namespace {

/// Fields of a call that there are none of: they would be NULL in every call.
void check_fields(const store::Database& database, const SqlToolOptions& options) {
  const store::Statement statement(database, options.query);
  for (int i = 1; i <= statement.parameters(); ++i) {
    const auto name = statement.parameter_name(i);
    if (name.starts_with('@') && !is_session_field(name.substr(1)))
      throw wrong(options, fmt::format("a call has no field {}, which its query names", quote(name.substr(1)))).with_hint(std::string(fields_of_calls));
  }
}

}  // namespace

std::vector<Problem> SqlCheck::check(const SqlToolOptions& options, const Places& places) {
  std::vector<Problem> problems;
  std::error_code unknown;
  // Where the database is there nobody reads it, and it is missed when that is made anew.
  if (!options.schema.empty() && std::filesystem::exists(options.database, unknown) && !std::filesystem::exists(options.schema, unknown))
    problems.push_back({.message = fmt::format("tool {}: there is no file {}", options.entry.tool.name, options.schema),
                        .where = places.schema,
                        .hint = "check the path, which is relative to the configuration",
                        .width = 0});
  const auto [known, is_new] = known_.try_emplace(options.database);
  if (is_new) known->second = open(options, places, problems);
  if (!known->second) return problems;
  try {
    check_query(*known->second, options);
    check_fields(*known->second, options);
  } catch (const Error& error) {
    problems.push_back({.message = error.message(), .where = places.query, .hint = error.hint(), .width = 0});
  }
  return problems;
}

SqlCheck::Made SqlCheck::open(const SqlToolOptions& options, const Places& places, std::vector<Problem>& problems) {
  std::error_code unknown;  // such as in a folder that we may not look into
  const bool is_there = std::filesystem::exists(options.database, unknown);
  const auto report = [&](const Location& where, std::string message, std::string hint) {
    problems.push_back({.message = std::move(message), .where = where, .hint = std::move(hint), .width = 0});
  };
  try {
    if (is_there) return open_for_tool(options.database, false);
    if (options.schema.empty()) {
      const auto missing = no_database(options);
      report(places.database, missing.message(), missing.hint());
      return nullptr;
    }
    auto made = open_for_tool(":memory:", true);
    fill_by_schema(*made, options);
    return made;
  } catch (const Problems& found) {
    problems.insert(problems.end(), found.list().begin(), found.list().end());
  } catch (const Error& error) {
    report(is_there ? places.database : places.schema, error.message(),
           error.hint().empty() ? "check the path, which is relative to the configuration" : error.hint());
  }
  return nullptr;
}

}  // namespace antiphon::gateway
