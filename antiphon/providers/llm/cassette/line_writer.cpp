#include "antiphon/providers/llm/cassette/line_writer.hpp"

#include "antiphon/providers/llm/cassette/shared_request.hpp"

namespace antiphon {

namespace {

// What a line has much in common with was asked shortly before: by the same role, one of a few that take turns (the judges of a panel).
constexpr int most_compared = 12;

}  // namespace

const LineWriter::Known* LineWriter::nearest(const RecordedCall& call, const CallRequest& request) const {
  const Known* best = nullptr;
  std::size_t most = 0;
  int compared = 0;
  for (auto it = known_.rbegin(); it != known_.rend() && compared < most_compared; ++it) {
    if (it->attempt != call.attempt || it->role != call.role || it->kind != call.kind) continue;
    ++compared;
    const auto shared = shared_bytes(request, it->request);
    if (!best || shared > most) best = &*it, most = shared;
  }
  return best;
}

std::string LineWriter::write(RecordedCall call, CallRequest request) {
  const auto* earlier = nearest(call, request);
  call.request = earlier ? compact_text(request, earlier->request, earlier->key) : request.text();
  know(call, std::move(request));
  return encode(call) + "\n";
}

void LineWriter::know(const RecordedCall& call, CallRequest request) { known_.push_back({call.kind, call.role, call.key, call.attempt, std::move(request)}); }

}  // namespace antiphon
