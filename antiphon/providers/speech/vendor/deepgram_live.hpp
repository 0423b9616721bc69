#pragma once

#include "antiphon/providers/llm/wire/endpoint.hpp"
#include "antiphon/providers/speech/vendor/live_wire.hpp"

namespace antiphon::speech {

/// WSS /v1/listen, and /v2/listen for the models called `flux-…`. Settings go into the query and replace ours: `interim_results` true, `endpointing` 300 ms,
/// `utterance_end_ms` 1,000. An utterance ends with `speech_final`, or with `UtteranceEnd` where noise hides the silence.
/// @see https://developers.deepgram.com/reference/speech-to-text/listen-streaming
std::unique_ptr<const LiveWire> deepgram_live(const wire::Endpoint& endpoint);

}  // namespace antiphon::speech
