#include "antiphon/gateway/tools/sql_tool.hpp"

#include <filesystem>
#include <mutex>

#include <fmt/format.h>

#include "antiphon/base/base64.hpp"
#include "antiphon/base/ids.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/gateway/tools/sql_check.hpp"
#include "antiphon/store/sqlite/confine.hpp"
#include "antiphon/store/sqlite/database.hpp"

namespace antiphon::gateway {

namespace {

void bind(store::Statement& statement, const json::value* value) {
  if (!value || value->is_null())
    statement.bind_null();
  else if (const auto* text = value->if_string())
    statement.bind(std::string_view(*text));
  else if (value->is_int64())
    statement.bind(std::int64_t{value->get_int64()});
  else if (value->is_bool())
    statement.bind(std::int64_t{value->get_bool() ? 1 : 0});
  else if (value->is_number())
    statement.bind(value->to_number<double>());
  else
    statement.bind(std::string_view(json::serialize(*value)));
}

json::value column(const store::Statement& statement, int index) {
  switch (statement.type(index)) {
    case store::ColumnType::integer: return statement.integer(index);
    case store::ColumnType::real: return statement.real(index);
    case store::ColumnType::text: return json::value(repair_utf8(statement.text(index)));
    case store::ColumnType::blob: return json::value(encode_base64(statement.text(index)));
    case store::ColumnType::null: break;
  }
  return nullptr;
}

json::object row_of(const store::Statement& statement) {
  json::object row;
  for (int i = 0; i < statement.columns(); ++i) row[statement.column_name(i)] = column(statement, i);
  return row;
}

/// One connection: statements of several calls take turns on it.
class SqlFile {
 public:
  explicit SqlFile(const SqlToolOptions& options) : options_(options) {
    fill_where_missing();
    database_ = std::make_shared<store::Database>(options_.database, true, kind_of_tool_database());
    if (!options_.writes) database_->execute("PRAGMA query_only = ON");
    store::confine(*database_);  // then nobody takes that back, either
    check_query(*database_, options_);
  }

  json::value run(const ToolInvocation& invocation, const std::stop_token& stop) {
    const std::lock_guard lock(mutex_);
    database_->interrupt_when([stop] { return stop.stop_requested(); });
    store::Statement statement(*database_, options_.query);
    for (int i = 1; i <= statement.parameters(); ++i) {
      const auto name = statement.parameter_name(i);
      bind(statement, (name.front() == ':' ? invocation.arguments : invocation.session).if_contains(std::string_view(name).substr(1)));
    }
    json::array rows;
    while (rows.size() < (options_.one ? 1 : options_.most_rows) && statement.step()) rows.push_back(row_of(statement));
    if (!options_.one) return json::object{{"rows", std::move(rows)}};
    if (!rows.empty()) return std::move(rows.front());
    return json::object{{"found", false}, {"note", options_.not_found}};
  }

 private:
  // Filled beside its place, so that a failure leaves no half of it; of several gateways that do so at once, the first to be ready wins.
  void fill_where_missing() const {
    std::error_code unknown;
    if (std::filesystem::exists(options_.database, unknown)) return;
    if (options_.schema.empty()) throw no_database(options_);
    const auto partial = fmt::format("{}.{}.partial", options_.database, make_id("new"));
    try {
      fill_by_schema(*open_for_tool(partial, true), options_);
    } catch (...) {
      std::error_code ignored;
      std::filesystem::remove(partial, ignored);
      throw;
    }
    std::error_code refused, ignored;
    std::filesystem::create_hard_link(partial, options_.database, refused);
    if (refused && !std::filesystem::exists(options_.database)) return std::filesystem::rename(partial, options_.database);  // no links there
    std::filesystem::remove(partial, ignored);
  }

  SqlToolOptions options_;
  std::shared_ptr<store::Database> database_;
  std::mutex mutex_;
};

class SqlTool final : public ToolProvider {
 public:
  SqlTool(const SqlToolOptions& options, Runtime& runtime)
      : entry_(options.entry), name_("sql " + options.entry.tool.name), runtime_(runtime), file_(std::make_shared<SqlFile>(options)) {}
  const std::string& name() const override { return name_; }
  std::vector<ToolEntry> tools() const override { return {entry_}; }
  Task<json::value> call(ToolInvocation invocation, Deadline) override {
    std::function<json::value(std::stop_token)> work = [file = file_, invocation = std::move(invocation)](std::stop_token stop) {
      return file->run(invocation, stop);
    };
    co_return co_await runtime_.blocking.run<json::value>(runtime_.clock, std::move(work));
  }

 private:
  ToolEntry entry_;
  std::string name_;
  Runtime& runtime_;
  std::shared_ptr<SqlFile> file_;
};

}  // namespace

std::shared_ptr<ToolProvider> sql_tool(SqlToolOptions options, Runtime& runtime) { return std::make_shared<SqlTool>(options, runtime); }

}  // namespace antiphon::gateway
