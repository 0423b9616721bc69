#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "antiphon/adapters/session/session_link.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/limit.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/cli/command.hpp"
#include "antiphon/report/columns.hpp"

namespace antiphon::cli {

namespace {

using namespace std::chrono_literals;

constexpr int answered = 0;
constexpr int could_not = 3;
constexpr int interrupted = 130;
constexpr auto patience = 2s;  // an agent that is being started is there by then
// Shown of one answer: a terminal is slow, and what is written to it keeps everything waiting.
constexpr std::size_t most_troubles = 20;
constexpr std::size_t longest_trouble = 1000;  // bytes

struct SessionFlags {
  std::string address, listen, token, timeout = "60s";
  std::vector<std::string> words, texts, program;
  bool json = false;
};

SessionAgentOptions options_of(const SessionFlags& flags) {
  SessionAgentOptions options{.connect = flags.address, .listen = flags.listen, .run = flags.program, .token = flags.token};
  options.refused_timeout = options.connect_timeout;  // who looks on is told, and can stop it
  try {
    check_session_options(options);
  } catch (const Error& error) {
    const bool named = !flags.address.empty() || !flags.listen.empty();
    throw Error(ErrorKind::usage, error.message())
        .with_hint(named && !error.hint().empty() ? error.hint() : "name the agent: antiphon session HOST:PORT, or --listen HOST:PORT, or -- PROGRAM …");
  }
  return options;
}

// What follows `--` is the agent's program, whatever it looks like.
void tell_apart(SessionFlags& flags, const std::vector<std::string>& arguments) {
  const auto dashes = std::find(arguments.begin(), arguments.end(), "--");
  const auto of_program = dashes == arguments.end() ? 0 : static_cast<std::size_t>(arguments.end() - dashes - 1);
  const auto before = flags.words.size() - std::min(flags.words.size(), of_program);
  if (before > 1) throw Error(ErrorKind::usage, fmt::format("{} is one word too many", quote(flags.words[1]))).with_hint("put the agent's program behind `--`");
  if (before == 1) flags.address = flags.words.front();
  flags.program.assign(flags.words.begin() + static_cast<std::ptrdiff_t>(before), flags.words.end());
}

Duration limit_of(const SessionFlags& flags) {
  const auto limit = parse_duration(flags.timeout);
  if (!limit || *limit <= 0s)
    throw Error(ErrorKind::usage, fmt::format("--timeout {} is no duration", quote(flags.timeout))).with_hint("write for example --timeout 30s");
  return *limit;
}

/// A conversation at a terminal, or of texts that are given.
class Talk {
 public:
  Talk(Environment& environment, const SessionFlags& flags, Runtime& runtime)
      : environment_(environment), flags_(flags), runtime_(runtime), limit_(limit_of(flags)), link_(runtime, options_of(flags)) {}

  /// The exit code. @throws Error where there is no session to talk to.
  Task<int> run() {
    std::exception_ptr failure;
    int code = answered;
    try {
      co_await open();
      code = flags_.texts.empty() ? co_await by_lines() : co_await given();
    } catch (...) {
      failure = std::current_exception();
    }
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await link_.close();
    if (failure) std::rethrow_exception(failure);
    co_return code;
  }

 private:
  Task<> open() {
    std::unique_ptr<net::TcpListener> listener;
    if (!flags_.listen.empty()) {
      const auto place = net::parse_host_port(flags_.listen, "--listen");
      listener = net::listen_tcp(runtime_, place);
      environment_.err << "listening on " << net::HostPort{place.host, listener->port()}.text() << std::endl;
    }
    const auto began = runtime_.clock.now();
    co_await link_.open([this](const session::SessionEvent& event) { hear(event); }, listener.get(), Deadline::never(),
                        [this, began](const Error& error) { tell_of_waiting(error, runtime_.clock.now() - began); });
  }

  void tell_of_waiting(const Error& error, Duration waited) {
    if (waited < patience || std::exchange(waiting_for_, error.message()) == error.message()) return;
    const auto left = std::chrono::floor<std::chrono::seconds>(SessionAgentOptions().connect_timeout - waited);
    environment_.err << fmt::format("waiting: {}; for {} s more\n", printable(error.message()), left.count()) << std::flush;
  }

  Task<int> given() {
    int code = answered;
    for (const auto& text : flags_.texts)
      if (!co_await say(text)) code = could_not;
    co_return code;
  }

  Task<int> by_lines() {
    int code = answered;
    for (;;) {
      if (environment_.in_is_terminal) environment_.err << "you: " << std::flush;
      const auto line =
          environment_.read_line ? co_await runtime_.blocking.run<std::optional<std::string>>(runtime_.clock, environment_.read_line) : std::nullopt;
      if (!line) co_return code;
      const std::string text(trim(*line));
      if (!text.empty() && !co_await say(text)) code = could_not;
      if (link_.remote().ended()) co_return could_not;
    }
  }

  // False: it was answered with an error.
  Task<bool> say(std::string text) {
    const auto began = runtime_.clock.now();
    session::SessionItems items;
    std::optional<session::SessionError> failure;
    try {
      items = (co_await link_.remote().run(text, limit_)).items;
    } catch (const session::SessionError& error) {
      items = error.items();
      failure = error;
    } catch (const Error& error) {
      failure.emplace(session::Stage::session, std::string(to_string(error.kind())), error.status(), error.message());
    }
    const auto took = runtime_.clock.now() - began;
    tell_further_troubles();
    if (flags_.json)
      print_json(text, items, failure, took);
    else
      print(items, failure);
    co_return !failure;
  }

  void print_json(const std::string& text, const session::SessionItems& items, const std::optional<session::SessionError>& failure, Duration took) const {
    json::object line;
    line["text"] = text;
    auto& list = line["items"].emplace_array();
    for (const auto& item : items) list.push_back(session::to_json(item));
    line["error"] = nullptr;
    if (failure) {
      line["error"] = {{"stage", session::to_string(failure->stage())}, {"type", failure->type()}, {"status", nullptr}, {"message", failure->message()}};
      if (failure->status()) line["error"].as_object()["status"] = *failure->status();
    }
    line["latency_ms"] = std::round(to_seconds(took) * 1e6) / 1e3;
    environment_.out << json_text(line) << std::endl;
  }

  // What an agent says is shown, not obeyed.
  void print(const session::SessionItems& items, const std::optional<session::SessionError>& failure) {
    for (const auto& item : items) std::visit([this](const auto& one) { show(one); }, item);
    if (items.empty() && !failure) environment_.out << "(silence)\n";
    if (failure) environment_.err << "error: " << printable(failure->to_wire()) << '\n';
    environment_.out << std::flush;
  }
  void show(const session::ChatMessage& message) {
    environment_.out << "agent: " << printable(message.text);
    if (const auto reason = message.extra.find("finish_reason"); reason != message.extra.end())
      environment_.out << " [incomplete: " << printable(reason->second) << "]";
    environment_.out << (message.interrupted ? " [interrupted]\n" : "\n");
  }
  void show(const session::FunctionCall& call) { environment_.out << fmt::format("  calls {} {}\n", printable(call.name), printable(call.arguments)); }
  void show(const session::FunctionCallOutput& output) {
    environment_.out << fmt::format("  {}: {}\n", output.is_error ? "failed" : "gets", printable(output.output));
  }
  void show(const session::AgentHandoff& handoff) { environment_.out << fmt::format("  hands over to {}\n", printable(handoff.new_agent_id)); }
  void show(const session::AgentConfigUpdate&) {}

  void hear(const session::SessionEvent& event) {
    const auto* trouble = std::get_if<session::SessionTrouble>(&event.what);
    if (trouble && ++troubles_ <= most_troubles) environment_.err << "agent's error: " + printable(cut(trouble->message, longest_trouble)) + "\n" << std::flush;
  }
  void tell_further_troubles() {
    if (troubles_ > most_troubles) environment_.err << fmt::format("agent's error: and {} more\n", troubles_ - most_troubles) << std::flush;
    troubles_ = 0;
  }

  Environment& environment_;
  const SessionFlags& flags_;
  Runtime& runtime_;
  Duration limit_;
  SessionLink link_;
  std::string waiting_for_;
  std::size_t troubles_ = 0;  ///< of the answer under way
};

int talk(const SessionFlags& flags, Environment& environment) {
  asio::io_context context(1);
  WallClock clock(context);
  BlockingPool blocking;
  Runtime runtime{context.get_executor(), clock, blocking};
  Talk conversation(environment, flags, runtime);
  const auto stopping = std::make_shared<Stoppable>();
  const auto on_stop = environment.stop.on_request([&context, stopping] { asio::post(context, [stopping] { stopping->stop(); }); });
  std::exception_ptr failure;
  int code = could_not;
  asio::co_spawn(context, stopping->run(conversation.run()), [&](std::exception_ptr error, int result) {
    failure = error, code = result;
    context.stop();
  });
  context.run();
  if (stopping->stopped()) {
    environment.err << "interrupted\n";
    return interrupted;
  }
  if (failure) std::rethrow_exception(failure);
  return code;
}

}  // namespace

Command session_command() {
  return {.name = "session",
          .summary = "Talk to a running agent by text, over the agent session protocol",
          .example = "antiphon session 127.0.0.1:8775 --text 'I need a room.' --json",
          .declare = [](CLI::App& app) -> std::function<int(Environment&)> {
            auto flags = std::make_shared<SessionFlags>();
            app.add_option("address", flags->words,
                           "HOST:PORT of the agent's host, or its ws:// address; after `--` the agent's program, in which {address} becomes "
                           "the one that it is to dial or listen on");
            app.add_option("--listen", flags->listen, "HOST:PORT that the agent dials (LiveKit's: console --connect-addr HOST:PORT)");
            app.add_option("--text", flags->texts, "What is said; may be repeated (without it: lines of standard input)")->allow_extra_args(false);
            app.add_flag("--json", flags->json, "One JSON object for each text");
            app.add_option("--token", flags->token, "Bearer token of the host's WebSocket");
            app.add_option("--timeout", flags->timeout, "Of each answer")->capture_default_str();
            return [flags](Environment& environment) {
              tell_apart(*flags, environment.arguments);
              return talk(*flags, environment);
            };
          }};
}

}  // namespace antiphon::cli
