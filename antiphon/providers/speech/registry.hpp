#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "antiphon/base/runtime.hpp"
#include "antiphon/net/websocket.hpp"
#include "antiphon/providers/stt/speech_to_text.hpp"
#include "antiphon/providers/tts/text_to_speech.hpp"
#include "antiphon/trace/recorder.hpp"

namespace antiphon {

class Cassette;
class ProviderLimits;
class RunCache;

namespace net {
class HttpClient;
}

/// Which voice speaks (VOX-20). Whatever is unset comes from the layer below; `merged_over` does that.
struct VoiceChoice {
  std::string voice{};  ///< `provider/name`: `hibari/low`, `flite/slt`, `openai/alloy`; `auto` or empty: hibari where it is installed, else flite
  std::string base_url{};
  std::string key{};
  std::optional<double> speed{};
  std::string style{};
  std::string language{};
  std::map<std::string, std::string> lexicon{};  ///< word to how it is written for this voice, before everything else
  json::object extra{};                          ///< what a vendor adds, its model among it

  VoiceChoice() = default;
  VoiceChoice(const char* name) : voice(name) {}             // NOLINT: `.voice = "hibari/low"`
  VoiceChoice(std::string name) : voice(std::move(name)) {}  // NOLINT
  VoiceChoice merged_over(const VoiceChoice& below) const;
  friend bool operator==(const VoiceChoice&, const VoiceChoice&) = default;
};

/// Which recogniser listens: `auto` (Moonshine where it is installed, else PocketSphinx), `moonshine`, `pocketsphinx`, `sherpa/DIR`, a vendor's
/// `provider/model`.
struct EarChoice {
  std::string recogniser{};
  std::string base_url{};
  std::string key{};
  std::string language{};
  std::vector<std::string> phrases{};  ///< texts, or paths of files with one per line
  json::object extra{};

  EarChoice() = default;
  EarChoice(const char* name) : recogniser(name) {}             // NOLINT
  EarChoice(std::string name) : recogniser(std::move(name)) {}  // NOLINT
  EarChoice merged_over(const EarChoice& below) const;
  friend bool operator==(const EarChoice&, const EarChoice&) = default;
};

/// How WebSockets are opened.
using SocketDialer = std::function<Task<std::unique_ptr<net::WebSocket>>(net::WsRequest, Deadline)>;

/// What speech needs to work. References outlive everything made with it.
struct SpeechContext {
  Runtime& runtime;
  net::HttpClient& http;
  std::uint64_t seed = 0;
  std::string scenario_id{};
  std::shared_ptr<const trace::Scope> spans{};  ///< where calls are recorded; nullptr: nowhere
  std::shared_ptr<Cassette> cassette{};         ///< answers for what does not compute here, and keeps it; nullptr: nobody does
  std::shared_ptr<RunCache> cache{};            ///< the same from run to run, where the cassette knows nothing
  int concurrency = 0;                          ///< calls in flight per vendor; 0: no limit
  bool of_agent = false;                        ///< what it uses is the agent's: in real time what was recorded takes as long as it took
  SocketDialer dial{};                          ///< empty: over the network
};

/// A voice that was opened: `request` makes what it understands of a text.
struct OpenVoice {
  std::shared_ptr<TextToSpeech> synthesiser;
  std::string name;                     ///< what `auto` became: `hibari/heart`
  SpeechRequest defaults{};             ///< voice, speed, style, language, settings
  std::optional<std::string> notice{};  ///< what a person should know: `auto` fell back, a style that nobody follows
};

/// Words of a text, and those among them that a recogniser can never hear.
struct WordCount {
  std::size_t words = 0, unknown = 0;
};

struct OpenEar {
  std::shared_ptr<SpeechToText> recogniser;
  RecognitionSettings defaults{};
  std::optional<std::string> notice{};
  bool primed = false;                                            ///< it was told words to expect, and goes by them
  std::function<WordCount(const std::string& text)> count_words;  ///< empty: it spells whatever it hears
};

/// Synthesisers and recognisers by name, and how each is made. Models are read once per process and shared. Immutable once filled; thread safe.
class SpeechRegistry {
 public:
  struct VoiceProvider {
    std::function<std::unique_ptr<TextToSpeech>(const VoiceChoice&, const SpeechContext&)> make;
    std::function<void(const VoiceChoice&)> check;  ///< throws what `make` would throw, without a runtime; for --dry-run
    bool waits_on_clock_alone = false;              ///< may be used in virtual time
  };
  struct EarProvider {
    std::function<std::unique_ptr<SpeechToText>(const EarChoice&, const SpeechContext&)> make;
    std::function<void(const EarChoice&)> check;
    bool waits_on_clock_alone = false;
    bool primed_by_phrases = false;
    std::function<WordCount(const std::string& text, const std::vector<std::string>& phrases)> count_words;  ///< empty: it spells whatever it hears
  };

  void add(std::string provider, VoiceProvider entry);
  void add(std::string provider, EarProvider entry);
  /// What `auto` stands for, in order of preference: the first that `check` accepts.
  void prefer_voices(std::vector<std::string> names);
  void prefer_ears(std::vector<std::string> names);

  /// @throws Error configuration for an unknown provider or voice, naming those that there are, or what is not installed, saying how to install it.
  OpenVoice open(const VoiceChoice& choice, const SpeechContext& context) const;
  OpenEar open(const EarChoice& choice, const SpeechContext& context) const;
  void check(const VoiceChoice& choice) const;
  void check(const EarChoice& choice) const;
  bool waits_on_clock_alone(const VoiceChoice& choice) const;
  bool waits_on_clock_alone(const EarChoice& choice) const;

  /// The same where a cassette answers for what does not compute here: it waits on our clock alone and needs no key.
  SpeechRegistry replaying() const;

  /// All of this build: what computes here, the vendors, retries and the process-wide memory of what was said and heard included.
  static std::shared_ptr<const SpeechRegistry> with_defaults();
  /// The same under a project's limits on calls in flight.
  static std::shared_ptr<const SpeechRegistry> with_defaults(std::shared_ptr<const ProviderLimits> limits);

 private:
  template <class Entry>
  const Entry& find(const std::map<std::string, Entry>& all, const std::string& name, std::string_view what) const;
  std::string resolve_voice(const std::string& name) const;
  std::string resolve_ear(const std::string& name) const;

  std::map<std::string, VoiceProvider> voices_;
  std::map<std::string, EarProvider> ears_;
  std::vector<std::string> preferred_voices_, preferred_ears_;
};

}  // namespace antiphon
