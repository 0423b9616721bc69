#include "antiphon/adapters/layercode/layercode_line.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/adapters/agent_error.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::wire {

using namespace std::chrono_literals;

namespace {

constexpr std::uint16_t normal_closure = 1000;
constexpr const char* over_type = "antiphon.turn_over";
constexpr const char* utterance_type = "antiphon.utterance_end";
constexpr auto retry_after = 5ms;

net::WsMessage audio_message(std::string bytes) { return net::WsMessage::text(layercode::write_client_message(layercode::ClientAudio{std::move(bytes)})); }

bool is_silent(std::string_view bytes) {
  return std::ranges::all_of(bytes, [](char byte) { return byte == 0; });
}

}  // namespace

// --- What messages mean -----------------------------------------------------------------------------------------------------------------------

net::WsMessage LayercodeEvents::over_message() { return net::WsMessage::text(json::serialize(json::object{{"type", over_type}})); }

std::vector<WireSignal> LayercodeEvents::read(const net::WsMessage& message) {
  Signals signals;
  std::optional<layercode::ServerMessage> read;
  try {
    if (message.is_binary()) throw Error(ErrorKind::protocol, "it is binary, and this protocol has none of these");
    read = layercode::read_server_message(message.data);
  } catch (const Error& error) {
    throw Error(ErrorKind::protocol, fmt::format("a message of the platform is none: {}", error.message())).with_party(Party::agent);
  }
  if (const auto* unknown = std::get_if<layercode::UnknownMessage>(&*read)) {
    if (unknown->type == over_type) end_turn(signals);
    return signals;
  }
  tell(*read, signals);
  if (std::holds_alternative<layercode::ResponseData>(*read)) ++data_;
  const bool cleared = std::ranges::any_of(signals, [](const WireSignal& signal) { return std::holds_alternative<AgentClear>(signal); });
  const bool text = std::holds_alternative<layercode::ResponseText>(*read);
  ear_.take(std::move(*read), clock_.now());
  if (text) signals.push_back(AgentTranscript{.text = ear_.answer().text, .whole = true});
  if (cleared) ear_.begin_answer(false);
  return signals;
}

void LayercodeEvents::tell(const layercode::ServerMessage& message, Signals& signals) const {
  if (const auto* audio = std::get_if<layercode::ResponseAudio>(&message); audio && !audio->bytes.empty()) signals.push_back(WireAudio{audio->bytes});
  if (const auto* turn = std::get_if<layercode::TurnStart>(&message); turn && turn->role == layercode::Role::user) {
    if (ear_.heard_until() > clock_.now()) signals.push_back(AgentClear{});  // as clients do: what is playing stops
    signals.push_back(AgentHeardUser{.started = true});
  }
  if (const auto* turn = std::get_if<layercode::TurnEnd>(&message); turn && turn->role == layercode::Role::user)
    signals.push_back(AgentHeardUser{.started = false});
  if (const auto* heard = std::get_if<layercode::UserTranscript>(&message)) {
    const bool final = heard->kind == layercode::UserTranscript::Kind::final;
    if (final) signals.push_back(AgentTranscript{.speaker = audio::Speaker::user, .text = heard->content, .final = true});
  }
}

// A turn in which nothing was said is none for whoever listens.
void LayercodeEvents::end_turn(Signals& signals) {
  if (!ear_.ended()) ++untold_ends_, ear_.end_by_silence();
  turn_id_ = ear_.answer().last_turn_id();
  if (!ear_.answer().is_empty()) signals.push_back(AgentTurnEnd{});
  ear_.begin_answer(false);
  ear_.forget_earlier();
}

std::vector<std::string> LayercodeEvents::notices() const {
  std::vector<std::string> all;
  if (data_ > 0) all.push_back(fmt::format("layercode: the agent sent {} data message{}, which a call shows to nobody", data_, data_ == 1 ? "" : "s"));
  if (untold_ends_ > 0)
    all.push_back(
        fmt::format("layercode: the end of {} turn{} was not told by `response.end`, and was taken from silence", untold_ends_, untold_ends_ == 1 ? "" : "s"));
  return all;
}

// --- The line ---------------------------------------------------------------------------------------------------------------------------------

LayercodeLine::LayercodeLine(LayercodeAccess access, LayercodePace pace, std::shared_ptr<LayercodeEvents> events, const ParticipantContext& context)
    : access_(std::move(access)),
      pace_(pace),
      events_(std::move(events)),
      runtime_(context.runtime),
      http_(context.http),
      clock_(context.runtime.clock),
      place_(shown_url(access_.websocket_url)) {}

json::value LayercodeLine::utterance_end() { return json::object{{"type", utterance_type}}; }

Task<> LayercodeLine::connect(Deadline deadline) {
  auto grant = co_await authorise(runtime_, http_, access_, "");
  socket_ = co_await open_session(runtime_, access_, std::move(grant.client_session_key));
  co_await socket_->send(net::WsMessage::text(layercode::write_client_message(layercode::ClientReady{})), deadline);
}

bool LayercodeLine::listen(net::WebSocket::Listener listener) {
  listener_ = std::move(listener);
  socket_->listen([this](const net::WsMessage& message) { arrived(message); });
  return true;
}

void LayercodeLine::arrived(const net::WsMessage& message) {
  listener_(message);
  watch_end();
}

// More of the turn moves the moment: the alarm then rings once in vain.
void LayercodeLine::watch_end() {
  const auto at = events_->over_at();
  if (!at || end_) return;
  end_.emplace(clock_, *at, [this] {
    end_.reset();
    const auto over = events_->over_at();
    if (!over) return;
    if (clock_.now() < *over) return watch_end();
    listener_(LayercodeEvents::over_message());
    acknowledge(events_->turn_id());
  });
}

void LayercodeLine::acknowledge(std::string turn_id) {
  if (turn_id.empty()) return;
  if (socket_->send_now(net::WsMessage::text(layercode::write_client_message(layercode::ReplayFinished{.turn_id = turn_id})))) return;
  acknowledgement_.emplace(clock_, clock_.now() + retry_after, [this, turn_id] { acknowledge(turn_id); });
}

void LayercodeLine::gather(std::string_view bytes) {
  if (!utterance_.empty() || !is_silent(bytes)) utterance_ += bytes;
}

bool LayercodeLine::send_now(const net::WsMessage& message) {
  if (!message.is_binary()) return !bursts() && socket_->send_now(message);
  if (!bursts()) return socket_->send_now(audio_message(message.data));
  gather(message.data);
  return true;
}

Task<> LayercodeLine::send(net::WsMessage message, Deadline deadline) {
  if (message.is_binary() && bursts()) co_return gather(message.data);
  if (message.is_binary()) co_return co_await socket_->send(audio_message(std::move(message.data)), deadline);
  if (bursts() && message.data.find(utterance_type) != std::string::npos) co_return co_await burst(deadline);
  co_await socket_->send(std::move(message), deadline);
}

Task<> LayercodeLine::burst(Deadline deadline) {
  const auto speech = std::exchange(utterance_, {});
  const auto whole = speech.size();
  const auto step =
      pace_.chunk > Duration{0} ? std::max<std::size_t>(2 * audio::samples_in(pace_.chunk, layercode::client_rate_hz), 2) : std::max<std::size_t>(whole, 2);
  const auto began = clock_.now();
  for (std::size_t at = 0; at < whole; at += step) {
    if (const auto due = began + static_cast<std::int64_t>(at / step) * *pace_.interval; clock_.now() < due) co_await clock_.sleep_until(due);
    co_await socket_->send(audio_message(speech.substr(at, step)), deadline);
  }
}

Task<> LayercodeLine::close(Deadline deadline) {
  end_.reset(), acknowledgement_.reset();
  if (socket_) co_await socket_->close(normal_closure, "", deadline);
}

Task<AgentClosed> LayercodeLine::ending() {
  const auto close = socket_->closed().value_or(net::WsClose{.code = 1006});
  co_return AgentClosed{
      .on_purpose = close.code == normal_closure,
      .reason = fmt::format("the platform closed the connection ({}{}{})", close.code, close.reason.empty() ? "" : ": ", cut(repair_utf8(close.reason), 200))};
}

}  // namespace antiphon::wire
