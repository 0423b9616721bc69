#include "antiphon/adapters/composed/backchannel.hpp"

#include <algorithm>
#include <array>

#include "antiphon/base/spoken_text.hpp"

namespace antiphon::composed {

namespace {

constexpr std::array<std::string_view, 30> listening{"ok",    "right",   "alright", "yes",        "yeah",   "yep",    "yup", "sure", "fine", "good",
                                                     "great", "exactly", "true",    "uh",         "huh",    "uhhuh",  "mhm", "mm",   "mmhm", "hm",
                                                     "hmm",   "aha",     "ah",      "absolutely", "indeed", "really", "wow", "oh",   "got",  "see"};
constexpr std::array<std::string_view, 3> beside{"i", "it", "all"};  // "I see", "got it", "all right": none by themselves

template <std::size_t n>
bool is_one_of(const std::array<std::string_view, n>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

}  // namespace

bool is_backchannel(std::string_view text) {
  const auto words = spoken_words(text);
  const bool listens = std::ranges::any_of(words, [](const std::string& word) { return is_one_of(listening, word); });
  return words.empty() ||
         (listens && std::ranges::all_of(words, [](const std::string& word) { return is_one_of(listening, word) || is_one_of(beside, word); }));
}

}  // namespace antiphon::composed
