#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "antiphon/net/http.hpp"
#include "antiphon/providers/llm/wire/endpoint.hpp"
#include "antiphon/providers/llm/wire/refusals.hpp"
#include "antiphon/providers/speech/registry.hpp"
#include "antiphon/providers/speech/vendor/form.hpp"

namespace antiphon::speech {

using wire::Refusals;

/// How one vendor is asked to speak. Pure translation: no I/O, no clock, no state.
class VoiceWire {
 public:
  virtual ~VoiceWire() = default;
  /// The whole request, key and headers included; asks for PCM16 of 24 kHz without a header.
  virtual net::HttpRequest request(const SpeechRequest& request, const Refusals& refused) const = 0;
  virtual const SpeechCapabilities& capabilities() const = 0;
  /// The parameter that a refusal (HTTP 400 or 422) is about and that `request` can leave out.
  virtual std::optional<std::string> refused_parameter(std::string_view) const { return {}; }
};

/// How one vendor is asked to understand a recording. Pure translation.
class EarWire {
 public:
  virtual ~EarWire() = default;
  virtual net::HttpRequest request(Upload file, const RecognitionSettings& settings, const Refusals& refused) const = 0;
  /// @throws Error protocol.
  virtual Recognition parse(const json::value& answer) const = 0;
  virtual const RecognitionCapabilities& capabilities() const = 0;
  virtual std::optional<std::string> refused_parameter(std::string_view) const { return {}; }
  /// The longest recording, and the largest file, that one request may hold.
  virtual Duration longest() const { return std::chrono::hours(2); }
  virtual std::size_t largest_file() const { return std::size_t{1} << 30; }
};

/// The primary tag of BCP 47 (`en` of `en-US`), in small letters.
std::string primary_language(std::string_view language);

/// The setting of the first of these names that is a text.
std::string text_setting(const json::object& settings, std::initializer_list<std::string_view> names, std::string usual);
/// `settings` without those.
json::object without(json::object settings, std::initializer_list<std::string_view> names);

/// A probability out of its logarithm; nullopt for what is none.
std::optional<double> probability(const json::value& object, std::string_view logarithm);
/// A count of seconds out of an answer, never negative; zero for what is none.
Duration seconds_of(const json::value& object, std::string_view member);
/// Word with times, where the text is not blank.
std::optional<RecognisedWord> timed_word(const json::value& object, std::initializer_list<std::string_view> text_members);

}  // namespace antiphon::speech
