#include "antiphon/adapters/session/session_agent.hpp"

#include <fmt/format.h>

#include "antiphon/adapters/agent_error.hpp"
#include "antiphon/adapters/session/end_hook.hpp"
#include "antiphon/adapters/session/session_items.hpp"
#include "antiphon/adapters/session/session_link.hpp"
#include "antiphon/agent/simulated_case.hpp"
#include "antiphon/base/limit.hpp"
#include "antiphon/base/pulse.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/session/session_error.hpp"
#include "antiphon/trace/recorder.hpp"

namespace antiphon {

using namespace std::chrono_literals;

namespace {

constexpr auto look_again = 200ms;
constexpr std::size_t longest_greeting = 1024 * 1024;  // bytes
constexpr std::size_t message_cost = 100;              // of them, beside its text

/// Agents that dial one address: whoever comes first is given to who waits first.
class SharedListeners {
 public:
  static constexpr char key = 0;

  net::TcpListener& of(Runtime& runtime, const std::string& place) {
    auto& listener = listeners_[place];
    if (!listener) listener = listening(runtime, place);
    return *listener;
  }
  Task<> close() {
    for (auto& [place, listener] : listeners_)
      if (listener) listener->close();
    co_return;
  }

 private:
  // A port that is taken here is no fault of the agent's.
  static std::unique_ptr<net::TcpListener> listening(Runtime& runtime, const std::string& place) {
    try {
      return net::listen_tcp(runtime, net::parse_host_port(place, "listen"));
    } catch (const Error& error) {
      throw Error(error).with_party(Party::harness);
    }
  }

  std::map<std::string, std::unique_ptr<net::TcpListener>> listeners_;
};

std::optional<session::SimulationDispatch> dispatch_of(const SessionAgentOptions& options, const ParticipantContext& context) {
  if (!options.simulated) return std::nullopt;
  return session::SimulationDispatch{.run_id = context.run_id, .job_id = context.scenario_id, .scenario = told_of(*options.simulated)};
}

std::string texts_of(const AgentInput& input) {
  std::vector<std::string> texts;
  for (const auto& message : input.new_messages)
    if (message.role() == MessageRole::user && !message.text().empty()) texts.push_back(message.text());
  return join(texts, "\n");
}

class SessionAgent final : public Participant, public ObjectsAtEnd {
 public:
  SessionAgent(const SessionAgentOptions& options, const ParticipantContext& context)
      : listen_(options.listen),
        runtime_(context.runtime),
        shared_(context.shared),
        spans_(context.spans),
        link_(context.runtime, options, dispatch_of(options, context)) {}

  Task<AgentReply> call(AgentInput input) override {
    if (!opened_) co_await open(input.deadline);
    if (!link_.is_open()) throw Error(ErrorKind::closed, "there is no session with the agent any more").with_party(Party::agent);
    if (greeting_bytes_ > longest_greeting)
      throw Error(ErrorKind::too_large, fmt::format("the agent said more than {} bytes before it was spoken to", longest_greeting)).with_party(Party::agent);
    auto text = texts_of(input);
    if (text.empty()) co_return co_await greeting(input.deadline);
    auto span = trace::begin(spans_.get(), "session run", trace::SpanKind::client);
    co_return AgentReply(co_await trace::within(span, run(std::move(text), input.deadline)));
  }

  std::vector<Message> take_partial() override { return std::exchange(partial_, {}); }

  Task<std::optional<std::string>> objection(bool success, std::string reasoning) override {
    if (!link_.is_open()) co_return std::nullopt;  // there was no session whose end could be told
    const auto verdict = co_await link_.remote().finalize_simulation({success, std::move(reasoning)});
    if (session::effective(true, verdict)) co_return std::nullopt;
    co_return verdict->reason.empty() ? "the agent's own code gave no reason" : verdict->reason;
  }

  Task<> close() override { return link_.close(); }

 private:
  Task<> open(Deadline deadline) {
    opened_ = true;
    net::TcpListener* listener = nullptr;
    if (!listen_.empty())
      listener = &shared_.get<SharedListeners>(&SharedListeners::key, [] { return std::make_shared<SharedListeners>(); })->of(runtime_, listen_);
    co_await link_.open([this](const session::SessionEvent& event) { hear(event); }, listener, deadline);
  }

  // What it says before it was asked anything: the greeting.
  void hear(const session::SessionEvent& event) {
    const auto* added = std::get_if<session::ItemAdded>(&event.what);
    const auto* message = added ? std::get_if<session::ChatMessage>(&added->item) : nullptr;
    if (asked_ || !message || message->role != MessageRole::assistant) return;
    greeting_bytes_ += message->text.size() + message_cost;
    if (greeting_bytes_ <= longest_greeting) greeting_.emplace_back(*message);
    greeted_.beat();
  }

  Task<AgentReply> greeting(Deadline deadline) {
    if (asked_) co_return AgentReply();
    Error late = Error(ErrorKind::timeout, "the agent said nothing before it was spoken to").with_party(Party::agent);
    if (greeting_.empty()) co_await from_history();
    co_await at_most(runtime_.clock, deadline, until_greeted(), std::move(late));
    asked_ = true;
    co_return AgentReply(messages_of(greeting_));
  }

  Task<> until_greeted() {
    const Error again(ErrorKind::timeout, "look whether it is still there");
    while (greeting_.empty()) {
      if (const auto end = link_.remote().ended()) throw co_await link_.explained(*end);
      try {
        co_await at_most(runtime_.clock, Deadline::after(runtime_.clock, look_again), greeted_.wait(), again);
      } catch (const Error&) {}
    }
  }

  // It may have spoken before we listened.
  Task<> from_history() {
    const auto history = co_await as_agent(link_.remote().get_chat_history());
    if (!greeting_.empty()) co_return;
    for (const auto& item : history)
      if (const auto* message = std::get_if<session::ChatMessage>(&item); message && message->role == MessageRole::assistant) greeting_.emplace_back(*message);
  }

  Task<std::vector<Message>> run(std::string text, Deadline deadline) {
    asked_ = true;
    std::optional<Error> failure;
    try {
      const auto limit = deadline.is_never() ? std::optional<Duration>() : deadline.left(runtime_.clock);
      const auto reply = co_await link_.remote().run(std::move(text), limit);
      co_return messages_of(reply.items);
    } catch (const session::SessionError& error) {
      partial_ = messages_of(error.items());
      failure = Error(error.kind(), fmt::format("the agent's turn failed: {}", error.to_wire())).with_party(Party::agent);
    } catch (const Error& error) {
      failure = error;
    }
    if (failure->kind() == ErrorKind::closed) throw co_await link_.explained(std::move(*failure));
    throw agent_error(*failure);
  }

  std::string listen_;
  Runtime& runtime_;
  SharedParts& shared_;
  std::shared_ptr<const trace::Scope> spans_;
  SessionLink link_;
  bool opened_ = false, asked_ = false;
  session::SessionItems greeting_;
  std::size_t greeting_bytes_ = 0;
  Pulse greeted_;
  std::vector<Message> partial_;
};

}  // namespace

ParticipantSpec session_agent(SessionAgentOptions options) {
  check_session_options(options);
  const auto address = websocket_url_of(options);
  auto spec = ParticipantSpec(
      "session", [options = std::move(options)](const ParticipantContext& context) { return std::make_unique<SessionAgent>(options, context); }, false);
  return address.empty() ? spec : spec.at_address(address);
}

}  // namespace antiphon
