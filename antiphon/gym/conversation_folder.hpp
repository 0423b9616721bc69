#pragma once

#include <optional>
#include <string>

#include "antiphon/audio/pcm.hpp"
#include "antiphon/gym/conversation_log.hpp"

namespace antiphon::gym {

/// Of the recording of both: user left, agent right.
inline constexpr int mix_rate_hz = 16000;

/// `conversations/<conversation_id>/` (GYM-7). Every file is there whole or not at all, so that whoever looks while the conversation goes on, or after it was
/// killed, finds what there was. Not for several threads at once.
class ConversationFolder {
 public:
  /// Makes it, or opens that of a conversation that goes on.
  /// @param conversation_id empty: there is none; the folder is called failed-<UTC time>-<6 hex>.
  /// @throws Error io, naming path and reason.
  ConversationFolder(const std::string& output_root, const std::string& conversation_id);

  const std::string& path() const { return path_; }
  /// What an earlier session left; nullopt: this is the first.
  const std::optional<ConversationLog>& earlier() const { return earlier_; }
  /// What was found and could not be read was set aside: why. Empty: nothing.
  const std::string& notice() const { return notice_; }

  void write_transcript(const ConversationLog& log) const;
  /// Writes `user_N.wav`, `assistant_N.wav`. @return the name to put into the transcript.
  std::string write_user_audio(int turn_number, audio::SampleView samples, int rate_hz) const;
  std::string write_agent_audio(int turn_number, audio::SampleView samples, int rate_hz) const;
  /// `conversation_mix.wav`: the earlier session's, then this. @param interleaved user left, agent right, at `mix_rate_hz`.
  void write_mix(audio::SampleView interleaved) const;
  void write(const std::string& name, std::string_view content) const;

 private:
  void read_earlier(const std::string& conversation_id);

  std::string path_;
  std::optional<ConversationLog> earlier_;
  audio::Samples earlier_mix_;
  std::string notice_;
};

/// An id as the name of a folder: characters outside `[A-Za-z0-9._-]`, and a leading dot, become `_`.
std::string folder_name(const std::string& conversation_id);

}  // namespace antiphon::gym
