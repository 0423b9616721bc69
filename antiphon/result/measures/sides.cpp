#include <algorithm>

#include "antiphon/base/text.hpp"
#include "antiphon/result/measures/measures.hpp"
#include "antiphon/result/measures/spans.hpp"

namespace antiphon::voice {

namespace {

void add(VoiceMeasures& measures, const std::string& side, const std::optional<SideSound>& sound, std::size_t n) {
  const auto figure = [&](bool known, double value) { return sound && known ? std::optional(Figure{value, n}) : std::nullopt; };
  const auto heard = sound.value_or(SideSound{});
  measures.figures[side + "_loudness_lufs"] = figure(heard.loudness_lufs.has_value(), heard.loudness_lufs.value_or(0));
  measures.figures[side + "_peak_dbfs"] = figure(heard.peak_dbfs.has_value(), heard.peak_dbfs.value_or(0));
  measures.figures[side + "_clipped_s"] = figure(heard.peak_dbfs.has_value(), to_seconds(heard.clipped));
}

// Keys of the sequence that stand in the other one, in the same order.
std::size_t in_order(const std::string& wanted, const std::string& found) {
  std::vector<std::size_t> best(found.size() + 1, 0);
  for (const char key : wanted) {
    std::size_t before = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
      const auto here = best[i + 1];
      best[i + 1] = key == found[i] ? before + 1 : std::max(best[i + 1], best[i]);
      before = here;
    }
  }
  return best.back();
}

// Of those that left as tones: how many are still heard in what was sent.
std::optional<Figure> keys_right(const CallRecord& call) {
  std::size_t right = 0, pressed = 0;
  for (const auto& utterance : call.utterances) {
    if (!utterance.sent || utterance.kind != UtteranceKind::dtmf || utterance.voiced.empty()) continue;
    std::string wanted = utterance.keys, heard;
    std::erase_if(wanted, [](char key) { return key == 'w' || key == 'W'; });
    std::ranges::transform(wanted, wanted.begin(), [](char key) { return key >= 'a' && key <= 'd' ? static_cast<char>(key - 'a' + 'A') : key; });
    for (const auto& key : call.user_sound->keys)
      if (key.start >= utterance.start && key.start < utterance.end) heard += key.key;
    right += in_order(wanted, heard), pressed += wanted.size();
  }
  return pressed > 0 ? std::optional(Figure{static_cast<double>(right), pressed}) : std::nullopt;
}

}  // namespace

void measure_sides(const CallRecord& call, VoiceMeasures& measures) {
  auto& figures = measures.figures;
  add(measures, "user", call.user_sound, joined(call.user_voiced).size());
  add(measures, "agent", call.agent_sound, joined(call.agent_voiced).size());
  figures["user_keys_right"] = call.user_sound ? keys_right(call) : std::nullopt;
  const auto& agent = call.agent_sound;
  const bool spoke = agent && agent->peak_dbfs;
  figures["agent_keys"] = spoke ? std::optional(Figure{static_cast<double>(agent->keys.size()), agent->keys.size()}) : std::nullopt;
  figures["repeats"] = spoke ? std::optional(Figure{static_cast<double>(agent->repeats), call.delivery.frames}) : std::nullopt;
  figures["repeated_s"] = spoke ? std::optional(Figure{to_seconds(agent->repeated), agent->repeats}) : std::nullopt;
}

}  // namespace antiphon::voice
