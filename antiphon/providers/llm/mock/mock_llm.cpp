#include "antiphon/providers/llm/mock/mock_llm.hpp"

#include <array>
#include <chrono>
#include <cmath>
#include <deque>
#include <map>
#include <variant>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/providers/llm/mock/chat_request.hpp"
#include "antiphon/providers/llm/mock/wire.hpp"
#include "antiphon/providers/llm/rules/answer.hpp"

namespace antiphon::mock {

namespace {

constexpr std::size_t max_conversations = 100'000;

net::HttpReply json_reply(int status, std::string body) {
  return {.status = status, .headers = {{"content-type", "application/json"}}, .body = std::move(body)};
}

std::string_view error_type(int status) {
  switch (status) {
    case 401: return "authentication_error";
    case 403: return "permission_error";
    case 429: return "rate_limit_error";
    default: return status >= 500 ? "server_error" : "invalid_request_error";
  }
}

std::string_view error_code(int status) { return status == 401 ? "invalid_api_key" : status == 429 ? "rate_limit_exceeded" : ""; }

net::HttpReply fault_reply(const rules::Fault& fault) {
  auto reply = json_reply(*fault.status, error_body("a fault, as its rule says", error_type(*fault.status), "", error_code(*fault.status)));
  if (!fault.retry_after) return reply;
  // Whole seconds are all that the header allows; the other one is OpenAI's.
  reply.headers.emplace_back("retry-after", fmt::format("{}", static_cast<std::int64_t>(std::ceil(to_seconds(*fault.retry_after)))));
  reply.headers.emplace_back("retry-after-ms", fmt::format("{}", std::chrono::duration_cast<std::chrono::milliseconds>(*fault.retry_after).count()));
  return reply;
}

std::int64_t unix_seconds() { return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count(); }

net::HttpReply models_reply(std::string_view path) {
  if (path == "/models") return json_reply(200, models(unix_seconds()));
  const auto name = path.substr(path.rfind('/') + 1);
  if (name == model_name) return json_reply(200, model(unix_seconds()));
  return json_reply(404,
                    error_body(fmt::format("there is no model {}; there is {}", quote(name), model_name), "invalid_request_error", "model", "model_not_found"));
}

class MockLlm {
 public:
  MockLlm(MockLlmOptions options, Clock& clock)
      : options_(std::move(options)), clock_(clock), timing_(options_.seed, std::array<std::string_view, 1>{"latency"}) {}

  /// `self` keeps the object alive while the coroutine runs.
  static Task<> handle(std::shared_ptr<MockLlm> self, const net::ServerRequest& request, net::ServerReply& reply) {
    auto path = request.path();
    if (path.starts_with("/v1/")) path.remove_prefix(3);
    if (path == "/health") co_return co_await reply.reply(json_reply(200, R"({"status":"ok"})"));
    const bool about_models = path == "/models" || path.starts_with("/models/");
    if (path != "/chat/completions" && !about_models)
      co_return co_await reply.reply(
          json_reply(404, error_body(fmt::format("nothing is served at {}; try /v1/chat/completions", request.path()), "invalid_request_error")));
    if (request.method != (about_models ? "GET" : "POST"))
      co_return co_await reply.reply(json_reply(405, error_body(fmt::format("{} is not for {}", request.method, request.path()), "invalid_request_error")));
    if (!self->admits(request))
      co_return co_await reply.reply(json_reply(401, error_body("the API key is missing or wrong", "authentication_error", "", "invalid_api_key")));
    if (about_models) co_return co_await reply.reply(models_reply(path));
    co_await self->chat(request, reply);
  }

 private:
  bool admits(const net::ServerRequest& request) const {
    return options_.api_key.empty() || net::find_header(request.headers, "authorization") == "Bearer " + options_.api_key;
  }

  rules::Answer answer(const ChatCall& call) {
    const auto& tags = call.request.tags;
    // Words are keyed by the request: what other clients ask must not change them. Latencies are not, or a load test of equal requests
    // would see one value instead of a distribution.
    const auto& messages = call.request.messages;
    const auto place = fmt::format("{} {}", messages.size(), tags.turn);
    const std::array<std::string_view, 4> key{tags.role, place, messages.back().text(), "reply"};
    RandomStream choice(options_.seed, key);
    if (rules::is_tagged(tags)) return rules::answer(*options_.rules, call.request, call.model, state_of(tags), choice, timing_);
    auto state = rules::replay(*options_.rules, call.request, call.model);
    return rules::answer(*options_.rules, call.request, call.model, state, choice, timing_);
  }

  rules::State& state_of(const CallTags& tags) {
    auto [it, is_new] = states_.try_emplace({tags.thread_id, tags.role});
    if (!is_new) return it->second;
    by_age_.push_back(it->first);
    if (by_age_.size() > max_conversations) {
      states_.erase(by_age_.front());
      by_age_.pop_front();
    }
    return it->second;
  }

  // Either a call and its answer, or the reply that says what is wrong.
  struct Prepared {
    ChatCall call;
    rules::Answer answer;
  };
  std::variant<Prepared, net::HttpReply> prepare(const net::ServerRequest& request) {
    try {
      auto call = read_chat_call(request.body, request.headers);
      auto made = answer(call);
      return Prepared{std::move(call), std::move(made)};
    } catch (const BadRequest& bad) {
      return json_reply(400, error_body(bad.message, "invalid_request_error", bad.parameter));
    } catch (const Error& error) {
      const auto hint = error.hint().empty() ? "" : fmt::format(" ({})", error.hint());
      return json_reply(400, error_body(error.message() + hint, "invalid_request_error"));
    }
  }

  Task<> chat(const net::ServerRequest& request, net::ServerReply& reply) {
    auto prepared = prepare(request);
    if (auto* refusal = std::get_if<net::HttpReply>(&prepared)) co_return co_await reply.reply(std::move(*refusal));
    const auto& [call, made] = std::get<Prepared>(prepared);
    const auto fault = made.fault.value_or(rules::Fault{});
    co_await pause(made.latency + fault.stall.value_or(Duration(0)));
    if (fault.status) co_return co_await reply.reply(fault_reply(fault));
    const Envelope envelope{.id = next_id(), .created = unix_seconds(), .model = call.model};
    if (call.stream)
      co_await stream(envelope, call, made.response, fault, reply);
    else
      co_await whole(completion(envelope, made.response), fault, reply);
  }

  Task<> pause(Duration duration) {
    if (duration > Duration(0)) co_await clock_.sleep_for(duration);
  }

  static Task<> whole(std::string body, const rules::Fault& fault, net::ServerReply& reply) {
    if (!fault.cut_after) co_return co_await reply.reply(json_reply(200, std::move(body)));
    co_await reply.begin(200, {{"content-type", "application/json"}});
    if (*fault.cut_after > 0) co_await reply.write(body.substr(0, *fault.cut_after));
    reply.abort();
  }

  // A cut counts bytes of the answer's text, as clients see it, not of its wrapping.
  static Task<> stream(const Envelope& envelope, const ChatCall& call, ChatResponse response, const rules::Fault& fault, net::ServerReply& reply) {
    if (fault.cut_after) response.message = Message::assistant(response.message.text().substr(0, *fault.cut_after));
    auto all = events(envelope, response, call.include_usage);
    if (fault.cut_after) all.resize(1 + rules::pieces_of(response.message.text()).size());  // role and text; no end
    co_await reply.begin(200, {{"content-type", "text/event-stream"}, {"cache-control", "no-cache"}});
    co_await reply.write(join(all, ""));  // nothing is waited for in between, so one write is enough
    if (fault.cut_after) reply.abort();
  }

  std::string next_id() { return fmt::format("chatcmpl-{:016x}{:08x}", mix_seed(options_.seed, std::array<std::string_view, 1>{"id"}), ++count_); }

  MockLlmOptions options_;
  Clock& clock_;
  RandomStream timing_;
  std::uint32_t count_ = 0;
  using Conversation = std::pair<std::string, std::string>;  ///< thread and role
  std::map<Conversation, rules::State> states_;
  std::deque<Conversation> by_age_;
};

}  // namespace

net::HttpHandler make_mock_llm(MockLlmOptions options, Clock& clock) {
  auto mock = std::make_shared<MockLlm>(std::move(options), clock);
  return [mock](const net::ServerRequest& request, net::ServerReply& reply) { return MockLlm::handle(mock, request, reply); };
}

}  // namespace antiphon::mock
