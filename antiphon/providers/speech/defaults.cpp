#include "antiphon/providers/speech/registry.hpp"

namespace antiphon {

std::shared_ptr<const SpeechRegistry> SpeechRegistry::with_defaults() {
  static const auto all = [] {
    auto registry = std::make_shared<SpeechRegistry>();
    registry->prefer_voices({"hibari/heart", "flite/slt"});
    registry->prefer_ears({"moonshine", "pocketsphinx"});
    return std::shared_ptr<const SpeechRegistry>(std::move(registry));
  }();
  return all;
}

}  // namespace antiphon
