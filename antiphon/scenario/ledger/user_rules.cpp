#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "antiphon/base/regex.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/scenario/ledger/case.hpp"
#include "antiphon/scenario/ledger/words.hpp"

namespace antiphon::ledger {

namespace {

constexpr std::size_t leaked_rules = 8, leaked_situation = 12;  // words in a row
constexpr std::size_t repeated_words = 3, repeated_times = 3;
constexpr std::size_t echoed_words = 6, echoed_run = 12;
constexpr std::size_t longest_text = 20'000;  // bytes; what is longer is not compared

const std::string& text_at(const Case& run, std::size_t i) { return run.result.messages[i].text(); }
bool is_agent(const Case& run, std::size_t i) { return run.result.messages[i].role() == MessageRole::assistant; }

/// The first message of the user's own words for which `look` finds something.
template <class Look>
std::optional<Finding> first_of(const Case& run, Look look) {
  for (std::size_t i = 0; i < run.result.messages.size(); ++i)
    if (run.own_words_of_user(i) && text_at(run, i).size() <= longest_text)
      if (auto finding = look(i)) return finding;
  return std::nullopt;
}

Finding by_user(std::string why, std::vector<FaultEvidence> evidence) {
  return {.party = Party::simulated_user, .why = std::move(why), .evidence = std::move(evidence)};
}

std::optional<std::size_t> agent_before(const Case& run, std::size_t i) {
  while (i-- > 0)
    if (is_agent(run, i) && !text_at(run, i).empty()) return i;
  return std::nullopt;
}

// A situation may be retold, and agents and persons be spoken of; what speaks of the customer, or to whoever plays one, is no customer's speech.
bool is_stage_talk(std::string_view words) {
  static const Regex markers(
      R"(\b(you are|you play|your goal|your task|pretend|the (user|caller)(?! id)|the customer(?! (service|support|care|hotline|number|id|account))|a (user|customer|caller) who|persona)\b)",
      true);
  return markers.matches(words);
}

bool is_utf8_text(const std::string& text) { return is_utf8(text); }

// Offers as a service makes them. Customers help, look things up and begin returns, too: they say what with, or for whom.
const Regex& service_talk() {
  static const Regex pattern(R"(\bhow (can|may) i (help|assist) you(?=\W*$|[?.!,;]| (today|now|with|this|further|out|next)\b))"
                             R"(|\b(is there )?(anything|something) else (that )?i can (help|assist)( you)?+( with)?+\b(?! (on|from) my\b| to\b))"
                             R"(|\banything else i can do for you\b)"
                             R"(|\bi('d| would) be (happy|glad) to (help|assist) you(?=\W*$|[.!,;]| with\b))"
                             R"(|\bi('m| am) here to (help|assist)(?=\W*$|[.!,;]| you\b))"
                             R"(|\bthank(s| you) for (contacting|calling|reaching out to) (us|our|[\w-]+ (support|service))\b(?! back\b))"
                             R"(|\blet me (look|check|pull) your [\w-]+( [\w-]+)? up for you\b)"
                             R"(|\bi('ve| have) (processed|issued) (a|the) refund\b)"
                             R"(|\bi('ve| have) (processed|issued|initiated) your (refund|return|request)\b)"
                             R"(|\bas an ai( language)?( model| assistant)?,? (i|my|we)\b)"
                             R"(|\bi('m| am) an ai(?=\W*$|[.,!;]| (assistant|model|language|system|bot|and|so|that|designed|created|trained)\b))"
                             R"(|\bi('m| am) (a language model|the (simulated|simulator))\b)"
                             R"(|\bi('m| am) a virtual assistant(?=\W*$|[.,!;]| (and|so|that|here|designed|created)\b))",
                             true);
  return pattern;
}

// What a customer says who was asked for something, and what only a service says who was not.
const Regex& looking_up() {
  static const Regex pattern(R"(\blet me (look|check|pull) (that|this|it) up for you\b)", true);
  return pattern;
}

// "You keep asking how can I help you": the agent's words in the user's mouth.
bool is_reported(std::string_view text, std::size_t at) {
  static const Regex reporting(
      R"(\b(you|it|he|she|they|bot|agent)('?ve| have)?( just| always| only| keep| kept)? (said|say|says|saying|asked|ask|asks|asking|wrote|told|repeat|repeating)\b[^.!?]*$|\bstop (saying|asking)\b[^.!?]*$)",
      true);
  return reporting.matches(std::string(text.substr(0, at)));
}

bool is_question(std::string_view sentence) { return trim(sentence).ends_with('?'); }

std::vector<std::string> sentences_of(std::string_view text) {
  std::vector<std::string> list;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool stop = text[i] == '?' || text[i] == '!' || text[i] == '.' || text[i] == '\n';
    if (!stop || (i + 1 < text.size() && text[i + 1] != ' ' && text[i + 1] != '\n' && text[i] != '\n')) continue;
    list.emplace_back(text.substr(begin, i + 1 - begin));
    begin = i + 1;
  }
  if (begin < text.size()) list.emplace_back(text.substr(begin));
  return list;
}

bool asks_to_repeat(const std::string& reply) {
  static const Regex pattern(
      R"(\b(repeat|rephrase|clarify|pardon|once more|try again|what do you mean|(say|tell|send|type|enter|spell) (that|it|this|me that)? ?again)\b)"
      R"(|\b(did(n't| not)|could(n't| not)|can(no|')t|do(n't| not)) (quite )?(catch|get|understand|hear|follow|find)\b|\bi see no\b)",
      true);
  return pattern.matches(reply);
}

}  // namespace

std::optional<Finding> leaks_instructions(const Case& run) {
  return first_of(run, [&](std::size_t i) -> std::optional<Finding> {
    const auto own = without_quotations(text_at(run, i));
    const auto rules = longest_shared_run(own, run.user.rules);
    if (rules.length >= leaked_rules) {
      const auto words = own.substr(rules.begin, rules.end - rules.begin);
      return by_user(fmt::format("it said {} words in a row of the instructions that it was given", rules.length), {at_message(i, words)});
    }
    const auto situation = longest_shared_run(own, without_quotations(run.user.situation));
    const auto words = own.substr(situation.begin, situation.end - situation.begin);
    if (situation.length < leaked_situation || !is_utf8_text(words) || !is_stage_talk(words)) return std::nullopt;
    return by_user(fmt::format("it read out {} words in a row of the description of its part", situation.length), {at_message(i, words)});
  });
}

std::optional<Finding> speaks_as_assistant(const Case& run) {
  return first_of(run, [&](std::size_t i) -> std::optional<Finding> {
    const auto own = without_quotations(text_at(run, i));
    if (!is_utf8_text(own)) return std::nullopt;
    auto match = service_talk().search(own);
    const auto before = agent_before(run, i);
    const bool was_asked = before && text_at(run, *before).find('?') != std::string::npos;
    if (!match && !was_asked) match = looking_up().search(own);
    if (!match || is_reported(own, match->begin)) return std::nullopt;
    const auto words = own.substr(match->begin, match->end - match->begin);
    // Somebody whose part it is to serve may talk like that.
    if (longest_shared_run(words, run.user.situation).length == words_of(words).size()) return std::nullopt;
    return by_user("it spoke as the assistant", {at_message(i, words)});
  });
}

// "Where is my order? Your order was shipped on Monday.": the question is a customer's, the answer a service's.
std::optional<Finding> answers_itself(const Case& run) {
  static const Regex mine(R"(\bmy ([a-z]{3,})\b)", true);
  return first_of(run, [&](std::size_t i) -> std::optional<Finding> {
    const auto own = without_quotations(text_at(run, i));
    if (!is_utf8_text(own)) return std::nullopt;
    std::optional<std::string> asked;
    for (const auto& sentence : sentences_of(own)) {
      if (asked) {
        const Regex answer("^\\W*(yes,? |no,? |ok,? |sure,? )?your " + escape_regex(*asked) + R"( (is|was|has|will|should|can)\b)", true);
        if (!is_question(sentence) && answer.matches(sentence))
          return by_user(fmt::format("it answered its own question about its {}", *asked), {at_message(i, trim(own))});
      }
      if (!is_question(sentence)) continue;
      if (const auto match = mine.search(sentence)) asked = lower(match->groups[1]);
    }
    return std::nullopt;
  });
}

std::optional<Finding> echoes_the_agent(const Case& run) {
  return first_of(run, [&](std::size_t i) -> std::optional<Finding> {
    const auto said = normalised(text_at(run, i));
    const auto own = words_of(text_at(run, i)).size();
    if (own < echoed_words) return std::nullopt;
    for (std::size_t j = 0; j < i; ++j) {
      if (!is_agent(run, j) || text_at(run, j).size() > longest_text) continue;
      bool agent_first = true;  // an agent that repeats the user is echoed by nobody
      for (std::size_t k = 0; k < j; ++k)
        if (!is_agent(run, k) && longest_shared_run(text_at(run, j), text_at(run, k)).length >= std::min(own, echoed_run)) agent_first = false;
      if (!agent_first) continue;
      const auto shared = longest_shared_run(without_quotations(text_at(run, i)), text_at(run, j));
      const bool same = said == normalised(text_at(run, j));
      const bool most = shared.length >= echoed_run && shared.length * 10 >= own * 9;
      if (same || most)
        return by_user(fmt::format("it said what the agent had said in message {}", j), {at_message(i, text_at(run, i)), at_message(j, text_at(run, j))});
    }
    return std::nullopt;
  });
}

std::optional<Finding> repeats_itself(const Case& run) {
  std::map<std::string, std::vector<std::size_t>> times;
  for (std::size_t i = 0; i < run.result.messages.size(); ++i) {
    if (!run.own_words_of_user(i)) continue;
    const auto said = normalised(text_at(run, i));
    if (static_cast<std::size_t>(std::count(said.begin(), said.end(), ' ')) + 1 < repeated_words) continue;
    const auto before = agent_before(run, i);
    const auto known = times.find(said);
    // Asked to say it again, one does.
    if (known != times.end() && before && is_utf8_text(text_at(run, *before)) && asks_to_repeat(text_at(run, *before))) continue;
    auto& places = times[said];
    places.push_back(i);
    if (places.size() < repeated_times) continue;
    std::vector<FaultEvidence> evidence;
    for (const auto place : places) evidence.push_back(at_message(place, text_at(run, place)));
    auto finding = by_user(fmt::format("it said the same words {} times", places.size()), std::move(evidence));
    finding.from = i;
    return finding;
  }
  return std::nullopt;
}

}  // namespace antiphon::ledger
