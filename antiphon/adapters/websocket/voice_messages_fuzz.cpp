#include <cstddef>
#include <cstdint>
#include <string_view>

#include "antiphon/adapters/websocket/voice_messages.hpp"
#include "antiphon/audio/line_codec.hpp"
#include "antiphon/base/error.hpp"

// Whatever an agent sends is audio and signals, or an Error of its own.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace antiphon;
  if (size == 0) return 0;
  VoiceMessages shape;
  shape.transcript = VoiceMessages::usual_transcript();
  shape.turn_end = VoiceMessages::usual_turn_end();
  if (data[0] % 2 == 1) shape.agent_audio = VoiceMessageRule{{}, "/media/payload"};
  static constexpr audio::AudioFormat formats[]{
      {audio::Encoding::pcm16, 16000}, {audio::Encoding::mulaw, 8000}, {audio::Encoding::alaw, 8000}, {audio::Encoding::opus, 48000}};
  audio::LineDecoder decoder(formats[data[0] / 2 % 4]);
  try {
    for (const auto& signal : wire::read_voice_message(shape, {reinterpret_cast<const char*>(data) + 1, size - 1}))
      if (const auto* audio = std::get_if<WireAudio>(&signal)) decoder.decode(audio->bytes);
    decoder.finish();
  } catch (const Error&) {}
  return 0;
}
