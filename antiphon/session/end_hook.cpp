#include "antiphon/session/end_hook.hpp"

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::session {

namespace {

constexpr std::size_t most_of_a_reply = 64 * 1024;

json::object body_of(const EndQuestion& question) {
  json::object tags;
  for (const auto& [key, value] : question.scenario.tags) tags[key] = value;
  json::array chat;
  for (const auto& item : question.chat) chat.push_back(to_json(item));
  return {{"run_id", question.run_id},
          {"scenario",
           {{"label", question.scenario.label},
            {"instructions", question.scenario.instructions},
            {"agent_expectations", question.scenario.agent_expectations},
            {"tags", std::move(tags)}}},
          {"userdata", question.scenario.userdata},
          {"provisional", {{"success", question.provisional.success}, {"reason", question.provisional.reason}}},
          {"chat", std::move(chat)}};
}

[[noreturn]] void refuse(const std::string& url, const std::string& what) {
  throw Error(ErrorKind::protocol, fmt::format("the hook at {} answered {}", url, what)).with_hint(R"(answer 200 with {"veto": null} or {"veto": "why"})");
}

std::optional<std::string> veto_in(const std::string& url, const net::HttpReply& reply) {
  if (reply.status != 200) refuse(url, fmt::format("with status {}: {}", reply.status, quote(cut(reply.body, 200))));
  const auto value = try_parse_json(reply.body);
  const auto* object = value ? value->if_object() : nullptr;
  const auto* veto = object ? object->if_contains("veto") : nullptr;
  if (!veto || (!veto->is_null() && !veto->is_string())) refuse(url, quote(cut(reply.body, 200)));
  return veto->is_null() ? std::nullopt : std::optional(std::string(veto->get_string()));
}

}  // namespace

Task<std::optional<std::string>> ask_end_hook(net::HttpClient& http, std::string url, EndQuestion question, Deadline deadline) {
  net::HttpRequest request{.url = url, .headers = question.headers, .body = json_text(body_of(question)), .reply_limit = most_of_a_reply};
  request.headers.emplace_back("content-type", "application/json");
  const auto reply = co_await http.send(std::move(request), deadline);
  co_return veto_in(url, reply);
}

namespace {

Task<> ask_and_object(Clock& clock, net::HttpClient& http, std::string url, SimulationContext& context) {
  EndQuestion question{.run_id = context.run_id(), .scenario = context.scenario(), .provisional = context.simulator_verdict(), .chat = context.chat()};
  auto veto = co_await ask_end_hook(http, std::move(url), std::move(question), Deadline::after(clock, end_hook_limit));
  if (veto) context.fail(std::move(*veto));
}

}  // namespace

SimulationHook post_to(Clock& clock, net::HttpClient& http, std::string url) {
  return [&clock, &http, url = std::move(url)](SimulationContext& context) { return ask_and_object(clock, http, url, context); };
}

}  // namespace antiphon::session
