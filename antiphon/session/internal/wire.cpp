#include "antiphon/session/internal/wire.hpp"

#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/util/json_util.h>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::session {

namespace {

constexpr std::int64_t billion = 1'000'000'000;

}  // namespace

wire::AgentSessionMessage decode(std::string_view payload) {
  const google::protobuf::LogSilencer quiet;  // a library prints nothing about what strangers send
  wire::AgentSessionMessage message;
  if (payload.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()) || !message.ParseFromArray(payload.data(), static_cast<int>(payload.size())))
    throw Error(ErrorKind::protocol, fmt::format("{} bytes that are no AgentSessionMessage", payload.size()));
  return message;
}

std::string encode(const wire::AgentSessionMessage& message) { return message.SerializeAsString(); }

std::string wire_text(std::string_view text) { return is_utf8(text) ? std::string(text) : repair_utf8(text); }

google::protobuf::Timestamp to_wire(WallTime time) {
  google::protobuf::Timestamp out;
  const auto ns = time.time_since_epoch().count();
  auto seconds = ns / billion, rest = ns % billion;
  if (rest < 0) --seconds, rest += billion;
  out.set_seconds(seconds);
  out.set_nanos(static_cast<std::int32_t>(rest));
  return out;
}

// What a stranger sends may be any number: what no clock of ours can hold becomes the nearest that it can.
WallTime from_wire(const google::protobuf::Timestamp& time) {
  constexpr auto most = std::numeric_limits<std::int64_t>::max() / billion - 1;
  const auto seconds = std::clamp<std::int64_t>(time.seconds(), -most, most);
  return WallTime(std::chrono::nanoseconds(seconds * billion + std::clamp<std::int64_t>(time.nanos(), 0, billion - 1)));
}

wire::AgentState to_wire(AgentState state) { return static_cast<wire::AgentState>(state); }
AgentState from_wire(wire::AgentState state) { return wire::AgentState_IsValid(state) ? static_cast<AgentState>(state) : AgentState::idle; }
wire::UserState to_wire(UserState state) { return static_cast<wire::UserState>(state); }
UserState from_wire(wire::UserState state) { return wire::UserState_IsValid(state) ? static_cast<UserState>(state) : UserState::listening; }

void to_wire(const SessionAudio& audio, wire::AgentSessionMessage::ConsoleIO::AudioFrame& out) {
  std::string data(audio.samples.size() * 2, '\0');
  for (std::size_t i = 0; i < audio.samples.size(); ++i) {
    const auto sample = static_cast<std::uint16_t>(audio.samples[i]);
    data[2 * i] = static_cast<char>(sample & 0xff);
    data[2 * i + 1] = static_cast<char>(sample >> 8);
  }
  out.set_data(std::move(data));
  out.set_sample_rate(audio.rate_hz);
  out.set_num_channels(audio.channels);
  out.set_samples_per_channel(static_cast<std::uint32_t>(audio.samples.size() / std::max(audio.channels, 1U)));
}

SessionAudio from_wire(const wire::AgentSessionMessage::ConsoleIO::AudioFrame& frame) {
  const auto& data = frame.data();
  if (frame.sample_rate() == 0 || frame.sample_rate() > 384'000 || frame.num_channels() == 0 || frame.num_channels() > 64 ||
      data.size() % (2 * std::size_t{frame.num_channels()}) != 0)
    throw Error(ErrorKind::protocol,
                fmt::format("an audio frame of {} bytes, {} channels, {} Hz is no sound", data.size(), frame.num_channels(), frame.sample_rate()));
  SessionAudio audio{.samples = std::vector<std::int16_t>(data.size() / 2), .rate_hz = frame.sample_rate(), .channels = frame.num_channels()};
  for (std::size_t i = 0; i < audio.samples.size(); ++i)
    audio.samples[i] = static_cast<std::int16_t>(static_cast<unsigned char>(data[2 * i]) | static_cast<unsigned char>(data[2 * i + 1]) << 8);
  return audio;
}

void to_wire(const IoChange& change, wire::SessionRequest::UpdateIO& out) {
  if (change.input_audio) out.mutable_input()->set_audio_enabled(*change.input_audio);
  if (change.input_video) out.mutable_input()->set_video_enabled(*change.input_video);
  if (change.output_audio) out.mutable_output()->set_audio_enabled(*change.output_audio);
  if (change.output_video) out.mutable_output()->set_video_enabled(*change.output_video);
  if (change.output_transcription) out.mutable_output()->set_transcription_enabled(*change.output_transcription);
}

IoChange from_wire(const wire::SessionRequest::UpdateIO& update) {
  const auto given = [](bool there, bool value) { return there ? std::optional(value) : std::nullopt; };
  const auto& input = update.input();
  const auto& output = update.output();
  return {.input_audio = given(input.has_audio_enabled(), input.audio_enabled()),
          .input_video = given(input.has_video_enabled(), input.video_enabled()),
          .output_audio = given(output.has_audio_enabled(), output.audio_enabled()),
          .output_video = given(output.has_video_enabled(), output.video_enabled()),
          .output_transcription = given(output.has_transcription_enabled(), output.transcription_enabled())};
}

json::object json_of(const google::protobuf::Message& message) {
  const google::protobuf::LogSilencer quiet;
  std::string text;
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  if (!google::protobuf::util::MessageToJsonString(message, &text, options).ok()) return {};
  const auto value = try_parse_json(text);
  return value && value->is_object() ? value->get_object() : json::object{};
}

}  // namespace antiphon::session
