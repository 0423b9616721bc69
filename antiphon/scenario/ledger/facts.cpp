#include "antiphon/scenario/ledger/facts.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include <fmt/format.h>

#include "antiphon/base/regex.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/scenario/ledger/case.hpp"
#include "antiphon/scenario/ledger/words.hpp"

namespace antiphon::ledger {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_value_character(char c) { return is_digit(c) || is_letter(c) || c == '-' || c == '_' || c == '/'; }

bool identifies(std::string_view word) {
  const auto digits = std::count_if(word.begin(), word.end(), is_digit);
  const bool only_digits = digits == static_cast<std::ptrdiff_t>(word.size());
  if (only_digits) return digits >= 5;
  if (word.find('/') != std::string_view::npos) return false;  // dates and fractions
  return is_letter(word.front()) && digits >= 2 && word.size() >= 4;
}

const std::set<std::string>& linking_words() {
  static const std::set<std::string> words{"is", "are", "was", "number", "no", "nr", "id", "code", "the", "a", "an", "of", "called", "named", "s", "it", "its"};
  return words;
}
const std::set<std::string>& not_nouns() {
  static const std::set<std::string> words{"in",  "on",    "at",   "to",    "for",    "from",   "by",    "with",  "and",  "or",  "about",
                                           "not", "than",  "over", "under", "after",  "before", "until", "since", "like", "has", "have",
                                           "had", "gives", "says", "buy",   "bought", "but",    "as",    "this",  "that"};
  return words;
}

// The noun before a value: at most four words back, over words that only link.
std::optional<std::string> noun_before(const std::vector<Word>& words, std::size_t value) {
  for (std::size_t back = 1; back <= 4 && back <= value; ++back) {
    const auto& word = words[value - back].text;
    if (linking_words().contains(word)) continue;
    const bool plain = word.size() >= 3 && std::all_of(word.begin(), word.end(), [](char c) { return is_letter(c); });
    return plain && !not_nouns().contains(word) ? std::optional(word) : std::nullopt;
  }
  return std::nullopt;
}

std::vector<Fact> stated_in(std::string_view text) {
  std::vector<Fact> facts;
  const auto words = words_of(text);
  for (const auto& value : values_in(text)) {
    const auto at = std::find_if(words.begin(), words.end(), [&](const Word& word) { return word.end > value.begin; });
    if (at == words.end()) continue;
    if (auto noun = noun_before(words, static_cast<std::size_t>(at - words.begin()))) facts.push_back({{*noun}, value.text});
  }
  return facts;
}

bool holds_word(const std::string& normalised_text, const std::string& name) {
  return (" " + normalised_text + " ").find(" " + name + " ") != std::string::npos;
}

bool holds_value(std::string_view text, std::string_view value) { return contains_ignoring_case(text, value); }

// A person who is to give a wrong number does what it was told.
bool means_to_be_wrong(const Brief& brief) {
  static const Regex pattern(
      R"(\b(wrong|mistaken?|mistyped?|typo|incorrect|invents?|invented|mak(e|es|ing) up|made[- ]up|fake|random|another|different|misremembers?|mixes up|confus\w+|lies?|lying|correct(s|ed|ing)?)\b)",
      true);
  return !is_utf8(brief.situation) || pattern.matches(brief.situation);
}

bool is_denied(std::string_view text, std::size_t at) {
  static const Regex denial(R"((\bnot|n't|\binstead of|\brather than|\bno longer|\bnever)\W++([\w'-]++\W++){0,3}$)", true);
  return denial.matches(std::string(text.substr(0, at)));
}

// One more thing of the same kind is none instead of it.
bool is_one_more(std::string_view text, std::size_t at) {
  static const Regex more(R"(\b(other|another|second|third|also|too|earlier|previous|last|next|new)\b\W++([\w'-]++\W++){0,4}$)", true);
  return more.matches(std::string(text.substr(0, at)));
}

const std::set<std::string>& identifying_nouns() {
  static const std::set<std::string> nouns{"account",  "article", "booking",   "card",   "case",     "claim",  "code",     "confirmation", "coupon",
                                           "customer", "flight",  "invoice",   "item",   "member",   "order",  "parcel",   "phone",        "policy",
                                           "postcode", "receipt", "reference", "serial", "shipment", "ticket", "tracking", "voucher",      "zip"};
  return nouns;
}

// "The tracking number is 99812", where the agent had asked for the order's: the value has a noun of its own.
bool is_of_another_kind(std::string_view text, const ValueWord& value, const Fact& fact) {
  const auto words = words_of(text);
  const auto at = std::find_if(words.begin(), words.end(), [&](const Word& word) { return word.end > value.begin; });
  bool another = false;
  for (auto back = at; back != words.begin() && at - back < 4;) {
    --back;
    if (std::find(fact.names.begin(), fact.names.end(), back->text) != fact.names.end()) return false;
    another = another || identifying_nouns().contains(back->text);
  }
  return another;
}

// The question before the user's words names it, or they do themselves.
bool is_about(const Case& run, std::size_t index, const Fact& fact) {
  std::string around = normalised(run.result.messages[index].text());
  for (std::size_t i = index; i-- > 0;)
    if (run.result.messages[i].role() == MessageRole::assistant && !run.result.messages[i].text().empty()) {
      if (run.result.messages[i].text().find('?') != std::string::npos) around += " " + normalised(run.result.messages[i].text());
      break;
    }
  return std::any_of(fact.names.begin(), fact.names.end(), [&](const std::string& name) { return holds_word(around, name); });
}

bool corrected_later(const Case& run, std::size_t index, const Fact& fact) {
  for (std::size_t i = index + 1; i < run.result.messages.size(); ++i)
    if (run.own_words_of_user(i) && holds_value(run.result.messages[i].text(), fact.value)) return true;
  return false;
}

std::string brief_text(const Brief& brief) {
  auto text = brief.situation + " " + brief.rules;
  for (const auto& [slot, value] : brief.facts) text += " " + value;
  return text;
}

std::optional<Finding> contradiction_in(const Case& run, std::size_t index, const std::vector<Fact>& facts, const std::string& known) {
  const auto text = without_quotations(run.result.messages[index].text());
  for (const auto& said : values_in(text)) {
    if (holds_value(known, said.text) || is_denied(text, said.begin) || !is_utf8(text)) continue;
    for (const auto& fact : facts) {
      if (shape_of(fact.value) != shape_of(said.text) || holds_value(text, fact.value) || !is_about(run, index, fact)) continue;
      if (is_one_more(text, said.begin) || is_of_another_kind(text, said, fact)) continue;
      if (corrected_later(run, index, fact) || holds_value(run.said_by_others_before(index), said.text)) continue;
      return Finding{.party = Party::simulated_user,
                     .why = fmt::format("it gave {} as its {}, where its brief says {}", quote(said.text), fact.names.front(), quote(fact.value)),
                     .evidence = {at_message(index, run.result.messages[index].text())}};
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<ValueWord> values_in(std::string_view text) {
  std::vector<ValueWord> list;
  for (std::size_t i = 0; i < text.size();) {
    if (!is_value_character(text[i])) {
      ++i;
      continue;
    }
    const auto begin = i;
    while (i < text.size() && is_value_character(text[i])) ++i;
    // A part of something longer, such as a price, a time, an address: "$12345", "10:30", "a@b55.com".
    const bool glued = (begin > 0 && std::string_view("$€£@.,:#").find(text[begin - 1]) != std::string_view::npos && text[begin - 1] != '#') ||
                       (i + 1 < text.size() && std::string_view("@.,:%").find(text[i]) != std::string_view::npos &&
                        (is_digit(text[i + 1]) || text[i] == '@' || text[i] == '%'));
    auto word = text.substr(begin, i - begin);
    while (!word.empty() && !is_digit(word.back()) && !is_letter(word.back())) word.remove_suffix(1);
    if (!glued && !word.empty() && identifies(word)) list.push_back({std::string(word), begin});
  }
  return list;
}

std::string shape_of(std::string_view value) {
  std::string shape;
  for (const char c : value) shape += is_digit(c) ? 'D' : is_letter(c) ? 'L' : c;
  return shape;
}

std::vector<Fact> facts_of(const Brief& brief) {
  auto facts = stated_in(without_quotations(brief.situation));
  for (const auto& [slot, value] : brief.facts) {
    Fact fact{{}, value};
    for (const auto& word : words_of(slot))
      if (!linking_words().contains(word.text)) fact.names.push_back(word.text);
    if (!fact.names.empty() && identifies(value.empty() ? "-" : value)) facts.push_back(std::move(fact));
  }
  return facts;
}

std::optional<Finding> contradicts_its_brief(const Case& run) {
  const auto facts = facts_of(run.user);
  if (facts.empty() || means_to_be_wrong(run.user)) return std::nullopt;
  const auto known = brief_text(run.user);
  for (std::size_t i = 0; i < run.result.messages.size(); ++i)
    if (run.own_words_of_user(i))
      if (auto finding = contradiction_in(run, i, facts, known)) return finding;
  return std::nullopt;
}

}  // namespace antiphon::ledger
