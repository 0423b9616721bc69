#pragma once

#include <memory>
#include <string>

#include "antiphon/base/runtime.hpp"
#include "antiphon/net/http.hpp"
#include "antiphon/providers/llm/limit.hpp"
#include "antiphon/providers/llm/retry.hpp"
#include "antiphon/providers/llm/wire/endpoint.hpp"
#include "antiphon/providers/speech/vendor/wire.hpp"

namespace antiphon::speech {

/// A recogniser behind HTTP that takes whole recordings. What is longer than a request may be is cut at its quietest place, asked for piece by piece, and
/// joined with single spaces. Each piece is asked for again by the rules of retries. Belongs to one executor.
class HttpEar final : public SpeechToText {
 public:
  HttpEar(std::string name, wire::Endpoint endpoint, std::unique_ptr<const EarWire> wire, const SpeechContext& context, std::shared_ptr<CallLimit> limit);

  Task<Recognition> transcribe(audio::Samples samples, RecognitionSettings settings, Deadline deadline) override;
  /// @throws Error unsupported.
  Task<std::unique_ptr<RecognitionStream>> open(RecognitionSettings settings, Deadline deadline) override;
  const RecognitionCapabilities& capabilities() const override { return wire_->capabilities(); }
  const std::string& name() const override { return name_; }

 private:
  Task<Upload> upload_of(audio::SampleView samples);
  Task<Recognition> ask(const Upload& file, const RecognitionSettings& settings, Deadline deadline);
  Task<Recognition> ask_named(const Upload& file, const RecognitionSettings& settings, Deadline deadline);

  std::string name_;
  wire::Endpoint endpoint_;
  std::unique_ptr<const EarWire> wire_;
  Runtime& runtime_;
  net::HttpClient& http_;
  Retries retries_;
  std::shared_ptr<CallLimit> limit_;
  Refusals refused_;
};

/// Where to cut what is longer than `longest`: behind the quietest 20 ms of the last 20 seconds before. Indices of samples, the end included.
std::vector<std::size_t> cuts_of(audio::SampleView samples, std::size_t longest);

}  // namespace antiphon::speech
