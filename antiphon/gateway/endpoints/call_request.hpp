#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "antiphon/audio/pcm.hpp"

namespace antiphon::gateway {

/// Something that was not as the caller wanted it, told once at the beginning.
struct CallNotice {
  std::string code;
  std::string message;
};

/// What a client asks of `/ws/call` in its query (contracts.md §10).
struct CallRequest {
  std::string caller_id;
  std::string locale;
  audio::AudioFormat in{audio::Encoding::pcm16, 16000};
  audio::AudioFormat out{audio::Encoding::pcm16, 24000};
  bool events = false;
  std::string resume;
  std::vector<CallNotice> notices;
};

/// As `choose_locale`, with a notice where it is not what was asked for.
/// @param locales that are spoken here, the default first
std::string spoken_locale(std::string_view wanted, const std::vector<std::string>& locales, std::vector<CallNotice>& notices);

/// @param locales that are spoken here, the default first: another one gets one of its language, else the default, with a notice
/// @throws Error invalid_input: no caller_id, or one that is too long; a format that is not spoken here. The message is for the client.
CallRequest read_call_request(std::string_view target, const std::vector<std::string>& locales);

}  // namespace antiphon::gateway
