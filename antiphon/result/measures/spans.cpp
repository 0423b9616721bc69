#include "antiphon/result/measures/spans.hpp"

#include <algorithm>

namespace antiphon::voice {

Spans joined(Spans spans) {
  std::erase_if(spans, [](const VoicedSpan& span) { return span.end <= span.start; });
  std::ranges::sort(spans, {}, &VoicedSpan::start);
  Spans result;
  for (const auto& span : spans) {
    if (!result.empty() && span.start <= result.back().end)
      result.back().end = std::max(result.back().end, span.end);
    else
      result.push_back(span);
  }
  return result;
}

Spans common(const Spans& a, const Spans& b) {
  const auto left = joined(a), right = joined(b);
  Spans result;
  for (std::size_t i = 0, j = 0; i < left.size() && j < right.size();) {
    const VoicedSpan both{std::max(left[i].start, right[j].start), std::min(left[i].end, right[j].end)};
    if (both.start < both.end) result.push_back(both);
    left[i].end < right[j].end ? ++i : ++j;
  }
  return result;
}

Spans gaps(const Spans& spans, Duration end) {
  Spans result;
  Duration at{0};
  for (const auto& span : joined(spans)) {
    if (span.start >= end) break;
    if (span.start > at) result.push_back({at, span.start});
    at = std::max(at, span.end);
  }
  if (at < end) result.push_back({at, end});
  return result;
}

Spans without(const Spans& a, const Spans& b) {
  Duration end{0};
  for (const auto& span : a) end = std::max(end, span.end);
  return common(a, gaps(b, end));
}

Duration total(const Spans& spans) {
  Duration sum{0};
  for (const auto& span : joined(spans)) sum += span.end - span.start;
  return sum;
}

std::optional<VoicedSpan> longest_of(const Spans& spans) {
  const auto length = [](const VoicedSpan& span) { return span.end - span.start; };
  const auto longest = std::ranges::max_element(spans, {}, length);
  return longest == spans.end() ? std::nullopt : std::optional(*longest);
}

Duration voice_start(const UserUtterance& utterance) { return utterance.voiced.empty() ? utterance.start : utterance.voiced.front().start; }
Duration voice_end(const UserUtterance& utterance) { return utterance.voiced.empty() ? utterance.end : utterance.voiced.back().end; }

}  // namespace antiphon::voice
