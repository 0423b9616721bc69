#include "antiphon/adapters/websocket/process_voice.hpp"

#include <fmt/format.h>

#include "antiphon/adapters/process_ending.hpp"
#include "antiphon/adapters/websocket/voice_line_spec.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/net/process.hpp"

namespace antiphon::wire {

namespace {

class ProcessTransport final : public VoiceTransport {
 public:
  ProcessTransport(std::shared_ptr<const ProcessAgentOptions> options, Runtime& runtime)
      : options_(std::move(options)), runtime_(runtime), place_(quote(cut(options_->argv.front(), 80))) {}  // arguments may hold keys

  Task<> connect(Deadline) override {
    process_ = net::start_process(runtime_, {.argv = options_->argv, .directory = options_->directory, .env = options_->env});
    co_return;
  }

  Task<std::optional<net::WsMessage>> receive(Deadline deadline) override {
    for (;;) {
      auto line = co_await process_->read_line(deadline);
      if (!line) co_return std::nullopt;
      if (!trim(*line).empty()) co_return net::WsMessage::text(*std::move(line));
    }
  }

  Task<> send(net::WsMessage message, Deadline deadline) override { return process_->write(std::move(message.data) + "\n", deadline); }

  Task<> close(Deadline deadline) override {
    if (process_) co_await process_->stop(std::max(Duration::zero(), deadline.left(runtime_.clock)));
  }

  Task<AgentClosed> ending() override {
    const auto ending = co_await ending_of(*process_, runtime_.clock);
    co_return AgentClosed{.on_purpose = ending.code == 0, .reason = fmt::format("the process {}{}", ending.how, told_last_words(ending))};
  }

  const std::string& place() const override { return place_; }

 private:
  std::shared_ptr<const ProcessAgentOptions> options_;
  Runtime& runtime_;
  std::string place_;
  std::unique_ptr<net::Process> process_;
};

}  // namespace

ParticipantSpec process_voice_agent(std::shared_ptr<const ProcessAgentOptions> options) {
  if (!options->voice->json.audio || !options->voice->json.agent_audio)
    throw Error(ErrorKind::configuration, "a process carries audio in JSON, both ways").with_hint("leave `audio` as it is, or give it a template of your own");
  if (options->per_suite) throw Error(ErrorKind::configuration, "a process that is spoken to serves one call").with_hint("leave `per: suite` out");
  const auto transport = [options](const ParticipantContext& context) { return std::make_unique<ProcessTransport>(options, context.runtime); };
  return message_agent_spec(message_settings("process", options->voice->line, options->voice->json), options->voice->line, false, transport);
}

}  // namespace antiphon::wire
