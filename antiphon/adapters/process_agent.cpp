#include <map>
#include <tuple>

#include <fmt/format.h>

#include "antiphon/adapters/agent_error.hpp"
#include "antiphon/adapters/agents.hpp"
#include "antiphon/adapters/line_protocol.hpp"
#include "antiphon/adapters/process_ending.hpp"
#include "antiphon/adapters/websocket/process_voice.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/net/process.hpp"
#include "antiphon/providers/llm/limit.hpp"
#include "antiphon/trace/attributes.hpp"
#include "antiphon/trace/recorder.hpp"

namespace antiphon {

using namespace std::chrono_literals;

namespace {

constexpr auto stop_grace = 5s;     // contracts.md §1
constexpr auto restart_grace = 1s;  // the next turn waits for it

/// One running program; turns of several runs are taken one after another.
class AgentProcess {
 public:
  AgentProcess(const ProcessAgentOptions& options, Runtime& runtime)
      : name_(options.argv.empty() ? std::string() : options.argv.front()), options_(options), runtime_(runtime), process_(start()) {}

  Task<std::vector<Message>> exchange(std::string line, Deadline deadline) {
    const auto place = co_await line_->acquire();  // one line in, one line out: turns of several runs wait for each other
    if (out_of_step_) co_await restart();
    out_of_step_ = true;
    refuse_what_nobody_asked_for();
    const auto answer = co_await ask(std::move(line), deadline);
    try {
      auto messages = parse_turn_answer(answer);
      out_of_step_ = false;
      co_return messages;
    } catch (const Error& error) {
      out_of_step_ = error.kind() == ErrorKind::protocol;  // a line that was no answer: the answer itself may still come
      throw;
    }
  }

  Task<> close() { return process_->stop(stop_grace); }

 private:
  std::unique_ptr<net::Process> start() const {
    try {
      return net::start_process(runtime_, {.argv = options_.argv, .directory = options_.directory, .env = options_.env});
    } catch (const Error& error) {
      throw agent_error(error);
    }
  }

  // One line out per line in (contracts.md §5): a second one would be taken for the answer to the next.
  void refuse_what_nobody_asked_for() {
    const auto unread = process_->take_unread();
    if (unread.empty()) return;
    throw Error(ErrorKind::protocol, fmt::format("the agent's process {} wrote a line that nobody asked for: {}", quote(name_),
                                                 quote(cut(std::string_view(unread).substr(0, unread.find('\n')), 200))))
        .with_party(Party::agent)
        .with_hint("write one line for each line that is read; what else there is to tell belongs on standard error");
  }

  // A turn was cut off (a timeout, garbage, the end of the process). What comes late must not pass for the answer to somebody else's line.
  Task<> restart() {
    co_await process_->stop(restart_grace);
    process_ = start();
    out_of_step_ = false;
  }

  Task<std::string> ask(std::string line, Deadline deadline) {
    std::optional<std::string> answer;
    bool closed = false;
    try {
      co_await process_->write(std::move(line) + "\n", deadline);
      answer = co_await process_->read_line(deadline);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::closed) throw agent_error(error);
      closed = true;
    }
    if (closed || !answer) co_await died();
    co_return std::move(*answer);
  }

  Task<> died() {
    const auto ending = co_await ending_of(*process_, runtime_.clock);
    throw Error(ErrorKind::closed, fmt::format("the agent's process {} {} instead of answering{}", quote(name_), ending.how, told_last_words(ending)))
        .with_party(Party::agent);
  }

  std::string name_;
  ProcessAgentOptions options_;
  Runtime& runtime_;
  std::unique_ptr<net::Process> process_;
  bool out_of_step_ = false;  ///< an answer is owed for a line that nobody waits for any more
  std::shared_ptr<CallLimit> line_ = std::make_shared<CallLimit>(1);
};

/// The processes that serve whole suites. Scenarios of one suite hold equal options, not the same ones.
class SharedProcesses {
 public:
  static constexpr char key = 0;

  template <class Make>
  std::shared_ptr<AgentProcess> of(const ProcessAgentOptions& options, const Make& make) {
    auto& process = processes_[{options.argv, options.directory, options.env}];
    if (!process) process = make();
    return process;
  }
  Task<> close() {
    for (auto& [command, process] : processes_)
      if (process) co_await process->close();  // one that could not be started left its place empty
  }

 private:
  using Command = std::tuple<std::vector<std::string>, std::string, std::map<std::string, std::string>>;
  std::map<Command, std::shared_ptr<AgentProcess>> processes_;
};

class ProcessAgent final : public Participant {
 public:
  ProcessAgent(std::shared_ptr<const ProcessAgentOptions> options, const ParticipantContext& context)
      : options_(std::move(options)), runtime_(context.runtime), shared_(context.shared), spans_(context.spans) {}

  Task<AgentReply> call(AgentInput input) override {
    if (!process_) start();
    auto line = turn_line(input);
    auto span = trace::begin(spans_.get(), "exchange of lines", trace::SpanKind::client);
    if (!options_->argv.empty()) span.set(trace::attr::command, options_->argv.front());
    co_return AgentReply(co_await trace::within(span, process_->exchange(std::move(line), input.deadline)));
  }

  Task<> close() override {
    if (process_ && !options_->per_suite) co_await process_->close();
  }

 private:
  void start() {
    const auto make = [this] { return std::make_shared<AgentProcess>(*options_, runtime_); };
    if (!options_->per_suite)
      process_ = make();
    else
      process_ = shared_.get<SharedProcesses>(&SharedProcesses::key, [] { return std::make_shared<SharedProcesses>(); })->of(*options_, make);
  }

  std::shared_ptr<const ProcessAgentOptions> options_;
  Runtime& runtime_;
  SharedParts& shared_;
  std::shared_ptr<const trace::Scope> spans_;
  std::shared_ptr<AgentProcess> process_;
};

}  // namespace

ParticipantSpec process_agent(ProcessAgentOptions options) {
  auto shared = std::make_shared<const ProcessAgentOptions>(std::move(options));
  if (shared->voice) return wire::process_voice_agent(std::move(shared));
  return ParticipantSpec("process", [shared](const ParticipantContext& context) { return std::make_unique<ProcessAgent>(shared, context); }, false);
}

}  // namespace antiphon
