#pragma once

#include <memory>
#include <string>

#include "antiphon/providers/llm/limit.hpp"
#include "antiphon/providers/llm/retry.hpp"
#include "antiphon/providers/llm/wire/endpoint.hpp"
#include "antiphon/providers/speech/registry.hpp"
#include "antiphon/providers/speech/vendor/live_wire.hpp"

namespace antiphon::speech {

/// A recogniser that also listens while somebody speaks, over a WebSocket; whole recordings go to `whole`. Belongs to one executor.
///
/// Connecting is tried again by the rules of retries and takes a place among the calls in flight, which the stream keeps until it is destroyed. A stream
/// is kept open through silence while somebody awaits its `next`.
class LiveEar final : public SpeechToText {
 public:
  LiveEar(std::unique_ptr<SpeechToText> whole, wire::Endpoint endpoint, std::unique_ptr<const LiveWire> wire, const SpeechContext& context,
          std::shared_ptr<CallLimit> limit);

  Task<Recognition> transcribe(audio::Samples samples, RecognitionSettings settings, Deadline deadline) override {
    return whole_->transcribe(std::move(samples), std::move(settings), deadline);
  }
  Task<std::unique_ptr<RecognitionStream>> open(RecognitionSettings settings, Deadline deadline) override;
  const RecognitionCapabilities& capabilities() const override { return capabilities_; }
  const std::string& name() const override { return whole_->name(); }

 private:
  /// A place among the vendor's calls, and what it is for.
  struct Connection {
    CallLimit::Slot slot;
    std::unique_ptr<net::WebSocket> socket;
  };
  Task<Connection> connect(net::WsRequest request, Deadline deadline);

  std::unique_ptr<SpeechToText> whole_;
  wire::Endpoint endpoint_;
  std::shared_ptr<const LiveWire> wire_;
  Clock& clock_;
  SocketDialer dial_;
  Retries retries_;
  std::shared_ptr<CallLimit> limit_;
  RecognitionCapabilities capabilities_;
};

}  // namespace antiphon::speech
