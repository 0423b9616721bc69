#include "antiphon/adapters/layercode/layercode_agent.hpp"

#include <memory>

#include <fmt/format.h>

#include "antiphon/adapters/layercode/layercode_line.hpp"
#include "antiphon/adapters/websocket/message_agent.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon {

namespace {

using namespace std::chrono_literals;

constexpr auto goodbye_limit = 2s;
constexpr Duration longest_silence = 10min;  // the run's own limits are shorter

// The platform adds it to every webhook, so that a backend can tell conversations apart that it serves for us.
LayercodeAccess with_thread(LayercodeAccess access, const std::string& thread_id) {
  access.custom_headers.try_emplace("x-antiphon-thread-id", thread_id);
  return access;
}

std::string new_words(const AgentInput& input) {
  std::string words;
  for (const auto& message : input.new_messages)
    if (message.role() == MessageRole::user && !message.text().empty()) words += (words.empty() ? "" : "\n") + message.text();
  return words;
}

Message message_of(const LayercodeAnswer& answer) {
  if (answer.data.empty()) return Message::assistant(answer.text);
  return Message(json::value(json::object{{"role", "assistant"}, {"content", answer.text}, {"data", json::array(answer.data.begin(), answer.data.end())}}));
}

class LayercodeTextAgent final : public Participant {
 public:
  LayercodeTextAgent(const LayercodeAgentOptions& options, const ParticipantContext& context)
      : greeting_(options.greeting ? options.greeting->longest : Duration{0}),
        clock_(context.runtime.clock),
        call_(context.runtime, context.http, {.access = with_thread(options.access, context.thread_id), .by_text = true}) {}

  Task<AgentReply> call(AgentInput input) override {
    const auto words = new_words(input);
    if (!std::exchange(connected_, true)) {
      co_await call_.authorise("");
      co_await call_.connect();
      if (!words.empty()) co_await pass_over_greeting();
    }
    if (!words.empty()) {
      call_.ear().begin_answer(true);
      co_await call_.say_text(words);
    }
    co_return co_await answer(input.deadline);
  }

  Task<> close() override { return call_.close(Deadline::after(clock_, goodbye_limit)); }

 private:
  /// A script that wants to see it begins with the agent.
  Task<> pass_over_greeting() {
    if (greeting_ <= Duration{0}) co_return;
    const auto how = co_await call_.listen(greeting_);
    if (how == LayercodeCall::End::over || how == LayercodeCall::End::idle) co_await call_.acknowledge();
  }

  Task<AgentReply> answer(Deadline deadline) {
    const auto patience = deadline.is_never() ? longest_silence : std::min(longest_silence, deadline.left(clock_));
    const auto how = co_await call_.listen(patience);
    if (how == LayercodeCall::End::silent)
      throw Error(ErrorKind::timeout, "layercode: nothing came of the agent in time").with_party(Party::agent).with_hint("look into the backend's log");
    if (how == LayercodeCall::End::closed) {
      if (const auto& failure = call_.failure()) throw Error(*failure);
      throw Error(ErrorKind::closed, "layercode: the conversation is over").with_party(Party::agent);
    }
    co_await call_.acknowledge();
    auto message = message_of(call_.ear().answer());
    call_.ear().begin_answer(true);  // what else it says of its own accord is another message
    co_return message;
  }

  Duration greeting_;
  Clock& clock_;
  LayercodeCall call_;
  bool connected_ = false;
};

wire::MessageAgentSettings line_settings(const LayercodeAgentOptions& options) {
  VoiceMessages shape;
  shape.audio.reset();
  shape.text = json::value{{"type", "client.response.text"}, {"content", "${text}"}};
  if (options.pace.interval) shape.utterance_end = wire::LayercodeLine::utterance_end();
  return {.name = "layercode",
          .send = {audio::Encoding::pcm16, layercode::client_rate_hz},
          .receive = {audio::Encoding::pcm16, layercode::response_rate_hz},
          .json = std::move(shape)};
}

AdapterCapabilities line_capabilities(const LayercodeAgentOptions& options) {
  auto settings = line_settings(options);
  settings.decode_response = [](const net::WsMessage&) { return std::vector<WireSignal>(); };
  settings.tells_turn_end = settings.tells_transcripts = settings.tells_user_speech = true;
  return settings.capabilities();
}

std::unique_ptr<VoiceAgentAdapter> make_adapter(const std::shared_ptr<const LayercodeAgentOptions>& options, const ParticipantContext& context) {
  auto events = std::make_shared<wire::LayercodeEvents>(context.runtime.clock);
  auto settings = line_settings(*options);
  settings.decode_response = [events](const net::WsMessage& message) { return events->read(message); };
  settings.tells_turn_end = settings.tells_transcripts = settings.tells_user_speech = true;
  auto line = std::make_unique<wire::LayercodeLine>(with_thread(options->access, context.thread_id), options->pace, std::move(events), context);
  return std::make_unique<wire::MessageAgent>(std::make_shared<const wire::MessageAgentSettings>(std::move(settings)), context.runtime, context.thread_id,
                                              std::move(line));
}

ParticipantSpec by_voice(const std::shared_ptr<const LayercodeAgentOptions>& options) {
  VoiceAgentSpec voice{.make = [options](const ParticipantContext& context) { return make_adapter(options, context); },
                       .capabilities = line_capabilities(*options)};
  voice.greeting = options->greeting;
  voice.response_timeout = options->response_timeout;
  const auto nobody = [](const ParticipantContext&) -> std::unique_ptr<Participant> { return nullptr; };  // the call takes its place
  return ParticipantSpec("layercode", nobody, options->access.in_memory()).by_voice(std::move(voice));
}

ParticipantSpec by_text(const std::shared_ptr<const LayercodeAgentOptions>& options) {
  return ParticipantSpec(
      "layercode", [options](const ParticipantContext& context) { return std::make_unique<LayercodeTextAgent>(*options, context); },
      options->access.in_memory());
}

}  // namespace

ParticipantSpec layercode_agent(LayercodeAgentOptions options) {
  check(options.access);
  if (options.access.agent_id.empty())
    throw Error(ErrorKind::configuration, "a layercode agent has no agent_id").with_hint("add the agent's id on the platform: `agent_id: ag-1`");
  const auto shared = std::make_shared<const LayercodeAgentOptions>(std::move(options));
  auto spec = shared->send_as_text ? by_text(shared) : by_voice(shared);
  return shared->access.in_memory() ? spec : spec.at_address(shared->access.server_url);
}

}  // namespace antiphon
