#pragma once

#include <memory>
#include <string>

#include "antiphon/net/http.hpp"
#include "antiphon/providers/llm/wire/endpoint.hpp"
#include "antiphon/providers/speech/vendor/wire.hpp"

namespace antiphon::speech {

/// A voice behind HTTP: the first piece of its speech is there as soon as the server sent it.
///
/// A server that answers with a file (WAV, MP3, FLAC, OGG) or with PCM of another rate is understood, too: files once they are whole.
/// A parameter that the server refuses is left out from then on. Belongs to one executor.
class HttpVoice final : public TextToSpeech {
 public:
  HttpVoice(std::string name, wire::Endpoint endpoint, std::unique_ptr<const VoiceWire> wire, net::HttpClient& http)
      : name_(std::move(name)), endpoint_(std::move(endpoint)), wire_(std::move(wire)), http_(http) {}

  Task<std::unique_ptr<SpeechStream>> synthesize(SpeechRequest request, Deadline deadline) override;
  const SpeechCapabilities& capabilities() const override { return wire_->capabilities(); }
  const std::string& name() const override { return name_; }

 private:
  Task<std::unique_ptr<net::HttpBody>> open(const SpeechRequest& request, Deadline deadline);
  Task<std::unique_ptr<SpeechStream>> begin(const SpeechRequest& request, Deadline deadline);

  std::string name_;
  wire::Endpoint endpoint_;
  std::unique_ptr<const VoiceWire> wire_;
  net::HttpClient& http_;
  Refusals refused_;
};

}  // namespace antiphon::speech
