#include "antiphon/gateway/tools/router.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/task_group.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::gateway {

namespace {

constexpr std::size_t longest_error = 300;  // bytes of it that a model is shown

/// What says that the far side is in trouble, where other failures only say that this call was wrong.
bool is_trouble(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::refused:
    case ErrorKind::unavailable:
    case ErrorKind::rate_limited:
    case ErrorKind::timeout:
    case ErrorKind::closed:
    case ErrorKind::protocol:
    case ErrorKind::io:
    case ErrorKind::internal: return true;
    default: return false;
  }
}

bool may_pass(const Error& error, const ToolRules& rules) {
  if (error.kind() == ErrorKind::refused) return true;  // it never left
  if (!rules.idempotent) return false;
  switch (error.kind()) {
    case ErrorKind::unavailable:
    case ErrorKind::rate_limited:
    case ErrorKind::timeout:
    case ErrorKind::closed: return true;
    default: return false;
  }
}

/// The failure of any exception; a cancellation goes on.
Error error_from(std::exception_ptr failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const Error& error) {
    return error;
  } catch (const boost::system::system_error& error) {
    if (error.code() == asio::error::operation_aborted) throw;
    return Error(ErrorKind::internal, error.what());
  } catch (const std::exception& error) {
    return Error(ErrorKind::internal, error.what());
  } catch (...) {
    return Error(ErrorKind::internal, "an exception of an unknown type");
  }
}

json::object arguments_of(const ToolCall& call) {
  std::optional<json::value> value;
  try {
    value = call.parsed_arguments();
  } catch (const Error& error) {
    throw Error(ErrorKind::invalid_input, "the arguments are no JSON: " + error.message());
  }
  if (value->is_null()) return {};
  if (!value->is_object()) throw Error(ErrorKind::invalid_input, "the arguments are no JSON object");
  return value->get_object();
}

}  // namespace

struct ToolRouter::Source {
  std::shared_ptr<ToolProvider> provider;
  bool started = false;
};

struct ToolRouter::Route {
  std::shared_ptr<ToolProvider> provider;
  ToolEntry entry;
  JsonSchema schema;
  std::shared_ptr<CircuitBreaker> breaker;
};

ToolRouter::ToolRouter(Runtime& runtime, ToolRouterOptions options) : runtime_(runtime), options_(std::move(options)) {}

ToolRouter::~ToolRouter() = default;

void ToolRouter::add(std::shared_ptr<ToolProvider> provider) { sources_.push_back(std::make_unique<Source>(Source{std::move(provider)})); }

Task<std::vector<std::string>> ToolRouter::start(Deadline deadline) {
  std::vector<std::string> notices;
  std::vector<Task<>> starts;
  for (const auto& source : sources_)
    if (!source->started || source->provider->stale()) starts.push_back(start_one(*source, deadline, notices));
  co_await at_once(std::move(starts));
  take_tools();
  for (const auto& source : sources_)
    for (auto& notice : source->provider->take_notices()) notices.push_back(fmt::format("{}: {}", source->provider->name(), notice));
  co_return notices;
}

Task<> ToolRouter::start_one(Source& source, Deadline deadline, std::vector<std::string>& notices) {
  std::exception_ptr failure;
  try {
    co_await source.provider->start(deadline);
    source.started = true;
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure) notices.push_back(fmt::format("{} is not there: {}", source.provider->name(), error_from(failure).message()));
}

// A server may have changed its tools: those that stayed keep their breakers.
void ToolRouter::take_tools() {
  std::map<std::string, std::shared_ptr<Route>, std::less<>> routes;
  std::vector<Tool> tools;
  for (const auto& source : sources_) {
    if (!source->started) continue;
    for (auto& entry : source->provider->tools()) {
      const auto name = entry.tool.name;
      if (!is_tool_name(name))
        throw Error(ErrorKind::configuration, fmt::format("{}: {} is no name of a tool", source->provider->name(), quote(cut(name, 100))))
            .with_hint("use letters, digits, _ and -, 64 at most");
      if (const auto there = routes.find(name); there != routes.end())
        throw Error(ErrorKind::configuration,
                    fmt::format("two tools are called {}: of {} and of {}", quote(name), there->second->provider->name(), source->provider->name()))
            .with_hint("give one of them another name, or the server a prefix");
      const auto old = routes_.find(name);
      auto breaker = old == routes_.end() ? std::make_shared<CircuitBreaker>(runtime_.clock, options_.breaker) : old->second->breaker;
      tools.push_back(entry.tool);
      auto schema = JsonSchema(entry.tool.parameters);
      routes.emplace(name, std::make_shared<Route>(Route{source->provider, std::move(entry), std::move(schema), std::move(breaker)}));
    }
  }
  routes_ = std::move(routes);
  declarations_ = tools.empty() ? ToolSet() : ToolSet(std::move(tools));
}

Task<> ToolRouter::close() {
  std::vector<Task<>> ends;
  for (const auto& source : sources_) ends.push_back(source->provider->close());
  co_await at_once(std::move(ends));
}

ToolSet ToolRouter::declarations() const { return declarations_; }

const ToolRouter::Route* ToolRouter::find(std::string_view tool) const {
  const auto route = routes_.find(tool);
  return route == routes_.end() ? nullptr : route->second.get();
}

std::string_view ToolRouter::label(std::string_view tool) const {
  const auto* route = find(tool);
  return route ? std::string_view(route->entry.tool.name) : std::string_view("unknown");
}

const std::string& ToolRouter::fallback(std::string_view tool) const {
  const auto* route = find(tool);
  return route && !route->entry.rules.fallback.empty() ? route->entry.rules.fallback : options_.fallback;
}

CircuitState ToolRouter::circuit(std::string_view tool) const {
  const auto* route = find(tool);
  return route ? route->breaker->state() : CircuitState::closed;
}

Task<ToolResult> ToolRouter::call(ToolCall call, json::object session, Deadline deadline) {
  const auto begun = runtime_.clock.now();
  ToolResult result{.tool = call.name};
  std::exception_ptr failure;
  try {
    result.data = co_await run(call, std::move(session), deadline);
    result.ok = true;
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure) result.error = cut(repair_utf8(error_from(failure).message()), longest_error);
  result.latency = runtime_.clock.now() - begun;
  co_return result;
}

Task<json::value> ToolRouter::run(const ToolCall& call, json::object session, Deadline deadline) {
  const auto found = routes_.find(call.name);
  if (found == routes_.end()) throw Error(ErrorKind::not_found, fmt::format("there is no tool {}", quote(cut(call.name, 100))));
  const auto route = found->second;  // a copy: the list of tools may change meanwhile
  ToolInvocation invocation{.name = call.name, .arguments = arguments_of(call), .session = std::move(session)};
  if (const auto wrong = route->schema.violations(json::value(invocation.arguments)); !wrong.empty())
    throw Error(ErrorKind::invalid_input, "the arguments are not as the tool wants them: " + join(wrong, "; "));
  const auto& rules = route->entry.rules;
  if (rules.authenticated) {
    const auto* flag = invocation.session.if_contains("authenticated");
    if (!flag || !flag->is_bool() || !flag->get_bool()) throw Error(ErrorKind::unauthorized, "the caller has not been authenticated");
  }
  auto data = co_await attempt_all(route, std::move(invocation), deadline.sooner(Deadline::after(runtime_.clock, rules.deadline)));
  if (const auto size = json::serialize(data).size(); size > rules.result_limit)
    throw Error(ErrorKind::too_large, fmt::format("the result has {} bytes, over the limit of {}", size, rules.result_limit));
  co_return data;
}

Task<json::value> ToolRouter::attempt_all(std::shared_ptr<Route> route, ToolInvocation invocation, Deadline deadline) {
  auto permit = route->breaker->admit();
  if (!permit) throw Error(ErrorKind::unavailable, "it failed too often and is not asked for now");
  const auto& rules = route->entry.rules;
  for (int tried = 1;; ++tried) {
    std::exception_ptr failure;
    try {
      auto data = co_await at_most(runtime_.clock, deadline, route->provider->call(invocation, deadline),
                                   Error(ErrorKind::timeout, fmt::format("no answer within {}", format_duration(rules.deadline))));
      permit->succeeded();
      co_return data;
    } catch (...) {
      failure = std::current_exception();
    }
    auto error = error_from(failure);
    const auto wait = options_.retry_delay * tried;
    if (tried <= rules.retries && may_pass(error, rules) && wait < deadline.left(runtime_.clock)) {
      co_await runtime_.clock.sleep_for(wait);
      continue;
    }
    if (is_trouble(error.kind()))
      permit->failed();
    else
      permit->succeeded();  // it was heard and answered
    throw Error(error.kind(), tried > 1 ? fmt::format("{} (after {} tries)", error.message(), tried) : error.message());
  }
}

Task<std::vector<ToolResult>> ToolRouter::call_all(std::vector<ToolCall> calls, json::object session, Deadline deadline) {
  struct Into {
    static Task<> run(ToolRouter& router, ToolCall call, json::object session, Deadline deadline, ToolResult& result) {
      result = co_await router.call(std::move(call), std::move(session), deadline);
    }
  };
  std::vector<ToolResult> results(calls.size());
  std::vector<Task<>> tasks;
  for (std::size_t i = 0; i < calls.size(); ++i) tasks.push_back(Into::run(*this, std::move(calls[i]), session, deadline, results[i]));
  co_await at_once(std::move(tasks));
  co_return results;
}

Message answer_to(const ToolCall& call, const ToolResult& result, const std::string& fallback) {
  if (result.ok) return Message::tool_result(call.id, call.name, result.data.is_string() ? std::string(result.data.get_string()) : json_text(result.data));
  return Message::tool_result(call.id, call.name, json::serialize(json::object{{"error", result.error}, {"say", fallback}}));
}

void count_failures(SessionState& session, const std::vector<ToolResult>& results) {
  for (const auto& result : results) session.consecutive_failures = result.ok ? 0 : session.consecutive_failures + 1;
}

}  // namespace antiphon::gateway
