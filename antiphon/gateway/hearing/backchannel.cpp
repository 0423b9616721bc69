#include "antiphon/gateway/hearing/backchannel.hpp"

#include <algorithm>
#include <vector>

namespace antiphon::gateway {

bool is_backchannel(std::string_view transcript, const LocaleRules& rules) {
  constexpr std::size_t longest = 3, most_words = 8;  // who says more wants something
  const auto words = plain_words(transcript);
  if (words.empty() || words.size() > most_words) return false;
  std::vector<bool> reached(words.size() + 1);  // that many words are backchannels
  reached[0] = true;
  for (std::size_t from = 0; from < words.size(); ++from) {
    std::string joined;
    for (std::size_t to = from; reached[from] && to < std::min(words.size(), from + longest); ++to) {
      joined += words[to].text;
      if (rules.backchannels.contains(joined)) reached[to + 1] = true;
    }
  }
  return reached.back();
}

}  // namespace antiphon::gateway
