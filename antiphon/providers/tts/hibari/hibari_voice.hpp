#pragma once

#include <memory>
#include <span>
#include <string>

#include "antiphon/providers/speech/registry.hpp"
#include "antiphon/providers/tts/hibari/lexicon.hpp"
#include "antiphon/providers/tts/hibari/network.hpp"
#include "antiphon/providers/tts/hibari/phonemes.hpp"

namespace antiphon::hibari {

/// `heart` and, from the same network, `low`, `lower`, `mid`, `high`; the first is the usual one.
std::span<const std::string> voices();

/// The voice with all that it needs. Immutable; thread safe.
class Hibari {
 public:
  /// @param folder where hibari.onnx, vocab.json and the lexicon lie. @throws Error configuration, naming what is missing or damaged.
  explicit Hibari(const std::string& folder);
  /// One piece of plain text in canonical audio, the same for the same arguments.
  audio::Samples say(const std::string& piece, const std::string& voice, double speed) const;
  /// What is spoken, in misaki's letters.
  std::string phonemes(const std::string& piece) const;
  const Lexicon& lexicon() const { return lexicon_; }

  /// The one of this process, read at the first call. @throws as the constructor, and where it is not installed.
  static std::shared_ptr<const Hibari> shared();

 private:
  Lexicon lexicon_;
  PhonemeIds ids_;
  std::unique_ptr<Network> network_;
};

SpeechRegistry::VoiceProvider provider();

}  // namespace antiphon::hibari
