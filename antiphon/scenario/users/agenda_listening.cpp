#include "antiphon/scenario/users/agenda_listening.hpp"

#include <algorithm>
#include <cctype>

#include "antiphon/base/regex.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/scenario/users/agenda_phrasings.hpp"

namespace antiphon::agenda {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

Regex whole_words(std::string_view words) { return Regex("(?<![\\w-])" + escape_regex(words) + "(?![\\w-])", true); }
// The plural names the slot, too.
Regex slot_word(std::string_view slot) { return Regex("(?<!\\w)" + escape_regex(spoken(slot)) + "(?:e?s)?(?!\\w)", true); }

std::vector<std::string> sentences(std::string_view text) {
  std::vector<std::string> list;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool stop = text[i] == '?' || text[i] == '!' || text[i] == '.' || text[i] == '\n';
    const bool ends = i + 1 == text.size() || text[i + 1] == ' ' || text[i + 1] == '\n' || text[i] == '\n';
    if (!stop || !ends) continue;
    list.emplace_back(text.substr(begin, i + 1 - begin));
    begin = i + 1;
  }
  if (begin < text.size()) list.emplace_back(text.substr(begin));
  return list;
}

// "How can I help you?", "Anything else?" want a wish, not a fact.
bool is_courtesy(const std::string& sentence) {
  static const Regex courtesy(
      R"(anything else|something else|what else|(how|what) (can|may|could|should) (i|we)\b|(can|may|could) (i|we) (help|assist|do)|how are you)", true);
  return courtesy.matches(sentence);
}

bool is_question(const std::string& sentence) {
  static const Regex imperative(
      R"(\b(please )?(tell|give|send|share|provide|enter|confirm|repeat|state|spell)\b.{0,20}\b(me|us|your|the)\b|\b(i|we)('ll| will)? (would |also )?need\b|may i have|could i have)",
      true);
  return !is_courtesy(sentence) && (trim(sentence).ends_with('?') || imperative.matches(sentence));
}

// Wants a fact of ours, rather than a yes or a choice.
bool wants_a_fact(const std::string& sentence) {
  static const Regex fact(R"(\b(what|which|who|when|where|how (many|much|old|long))\b|\b(your|provide|have the|tell me|give me|i need|we need)\b)", true);
  return fact.matches(sentence);
}

// "Which size: small, medium or large?" holds our value and still wants to be told it.
bool offers_choice(const std::string& sentence) {
  static const Regex choice(R"(\b(which|what|or)\b)", true);
  return choice.matches(sentence);
}

// A-1007 becomes one letter, a dash, four digits: another order number, when it is not ours.
std::string shape_of(const std::string& value) {
  std::string shape;
  for (const char c : value) shape += is_digit(c) ? "\\d" : is_letter(c) ? "[A-Za-z]" : escape_regex(std::string_view(&c, 1));
  return "(?<![\\w.-])" + shape + "(?![\\w-]|\\.\\d)";
}

// Only values with a digit have a shape that ordinary words do not share.
bool states_another(const std::string& sentence, const std::string& slot, const std::string& value) {
  const bool has_digit = std::any_of(value.begin(), value.end(), is_digit);
  if (!has_digit || value.size() > 64 || !is_utf8(value) || whole_words(value).matches(sentence)) return false;
  return slot_word(slot).matches(sentence) && Regex(shape_of(value)).matches(sentence);
}

void add_once(std::vector<std::string>& list, const std::string& slot) {
  if (std::find(list.begin(), list.end(), slot) == list.end()) list.push_back(slot);
}

void hear_question(const std::string& sentence, const Agenda& agenda, Heard& heard) {
  bool known = false;
  for (const auto& [slot, value] : agenda.inform) {
    const bool has_value = !value.empty() && whole_words(value).matches(sentence);
    if (!has_value && !slot_word(slot).matches(sentence)) continue;
    known = true;
    add_once(has_value && !offers_choice(sentence) ? heard.confirmed : heard.asked, slot);
  }
  if (!known && wants_a_fact(sentence)) heard.asks_unknown = true;
}

std::string sentence_around(const std::string& reply, std::size_t at) {
  std::size_t begin = 0;
  for (const auto& sentence : sentences(reply)) {
    if (at < begin + sentence.size()) return cut(trim(sentence), 120);
    begin += sentence.size();
  }
  return cut(reply, 120);
}

}  // namespace

Heard listen(std::string_view reply, const Agenda& agenda) {
  Heard heard;
  for (const auto& sentence : sentences(reply)) {
    for (const auto& [slot, value] : agenda.inform)
      if (states_another(sentence, slot, value)) add_once(heard.wrong, slot);
    if (is_question(sentence)) hear_question(sentence, agenda, heard);
  }
  return heard;
}

std::optional<std::string> answer_in(const std::string& reply, const std::string& slot, const SlotAnswer& answer) {
  if (answer.by_name()) {
    const auto match = whole_words(spoken(slot)).search(reply);
    return match ? std::optional(sentence_around(reply, match->begin)) : std::nullopt;
  }
  if (!answer.matches.empty())
    if (const auto match = Regex(answer.matches).search(reply)) return match->groups.front();
  std::optional<Regex::Match> first;
  for (const auto& word : answer.one_of)
    if (auto match = Regex("(?<!\\w)" + escape_regex(word) + "(?!\\w)", true).search(reply); match && (!first || match->begin < first->begin)) first = match;
  return first ? std::optional(first->groups.front()) : std::nullopt;
}

}  // namespace antiphon::agenda
