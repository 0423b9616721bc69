#include "antiphon/scenario/audit/fault_tool.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/scenario/judge/forced_answer.hpp"
#include "antiphon/scenario/ledger/words.hpp"

namespace antiphon::audit {

namespace {

constexpr std::size_t longest_why = 600, longest_quote = 240, most_evidence = 12;
constexpr std::size_t shortest_piece = 16;  // bytes
constexpr std::array all_parties{Party::agent, Party::simulated_user, Party::judge, Party::provider, Party::transport, Party::harness};
constexpr std::array<std::pair<std::string_view, Answer::Sure>, 3> degrees{
    {{"certain", Answer::Sure::certain}, {"likely", Answer::Sure::likely}, {"unsure", Answer::Sure::unsure}}};

[[noreturn]] void malformed(const std::string& what) { throw Error(ErrorKind::protocol, what); }
[[noreturn]] void unfounded(const std::string& what) { throw Error(ErrorKind::invalid_input, what); }

json::object one_of(json::array names, std::string_view description) { return {{"type", "string"}, {"enum", std::move(names)}, {"description", description}}; }

const json::value& member(const json::value& object, std::string_view key) {
  const auto* value = find(object, key);
  if (!value) malformed(fmt::format("{} has no {}", tool_name, key));
  return *value;
}

std::string names_of(const std::vector<Party>& parties) {
  std::vector<std::string> names;
  for (const auto party : parties) names.emplace_back(to_string(party));
  return join(names, ", ");
}

// "simulated user" is the same to people, and so to many models.
Party party_in(const json::value& value, const std::vector<Party>& allowed) {
  auto name = value.is_string() ? lower(trim(value.get_string())) : std::string();
  std::replace(name.begin(), name.end(), ' ', '_');
  const auto party = party_from(name);
  if (!party || std::find(allowed.begin(), allowed.end(), *party) == allowed.end())
    malformed(fmt::format("party is {}; allowed are {}", preview(value, 60), names_of(allowed)));
  return *party;
}

Answer::Sure sure_in(const json::value& value) {
  const auto name = value.is_string() ? lower(trim(value.get_string())) : std::string();
  for (const auto& [word, sure] : degrees)
    if (word == name) return sure;
  malformed(fmt::format("sure is {}; allowed are certain, likely, unsure", preview(value, 60)));
}

std::string why_in(const json::value& value) {
  const auto why = value.is_string() ? std::string(trim(value.get_string())) : std::string();
  if (why.empty()) malformed("why is empty; say in one sentence what the party did");
  return cut(why, longest_why);
}

std::size_t index_in(const json::value& value, const ledger::Case& run) {
  const auto number = value.is_string() ? try_parse_json(value.get_string()) : std::optional(value);
  if (!number || !(number->is_int64() || number->is_uint64())) malformed(fmt::format("message is {}; the number of a message is wanted", preview(value, 60)));
  const auto index = number->to_number<std::int64_t>();
  const auto count = run.result.messages.size();
  if (index < 0 || static_cast<std::size_t>(index) >= count)
    unfounded(fmt::format("it rests on message {}, and the conversation has {} (0 to {})", index, count, count == 0 ? 0 : count - 1));
  return static_cast<std::size_t>(index);
}

// What was called, with what, is said as well; how the message is stored is not. A sign or a piece of a word stands everywhere and proves nothing.
bool stands_in(const Message& message, std::string_view quotation) {
  if (trim(message.text()) == quotation) return true;
  auto everything = message.text() + "\n" + find_string(message.json(), "name").value_or("");
  for (const auto& call : message.tool_calls()) everything += fmt::format("\ncalls {} with {}", call.name, call.arguments);
  if (ledger::holds_quotation(ledger::normalised(everything), quotation)) return true;
  // Long messages are shown cut, and so may be the word where one ends.
  return quotation.size() >= shortest_piece && message.text().find(quotation) != std::string::npos;
}

FaultEvidence evidence_in(const json::value& raw, const ledger::Case& run) {
  const auto piece = unwrapped(raw);
  if (!piece.is_object()) malformed(fmt::format("evidence holds {}; {{message, quote}} is wanted", preview(piece, 60)));
  const auto* message = find(piece, "message");
  const auto quotation = find_string(piece, "quote");
  if (!message || !quotation || trim(*quotation).empty())
    malformed(fmt::format("evidence holds {}; the number of a message and words of it are wanted", preview(piece, 80)));
  const auto index = index_in(*message, run);
  const auto words = std::string(trim(*quotation));
  if (!stands_in(run.result.messages[index], words))
    unfounded(fmt::format("it quotes {} from message {}, where nobody says so", quote(cut(words, 120)), index));
  return {.message = static_cast<int>(index), .quote = cut(words, longest_quote)};
}

std::vector<FaultEvidence> all_evidence_in(const json::value& value, const ledger::Case& run) {
  const auto list = unwrapped(value);
  std::vector<FaultEvidence> evidence;
  if (list.is_null()) return evidence;
  if (!list.is_array()) malformed(fmt::format("evidence is {}; a list is wanted", preview(list, 60)));
  for (const auto& item : list.get_array())
    if (evidence.size() < most_evidence) evidence.push_back(evidence_in(item, run));
  return evidence;
}

// As with the rules: only its own words are held against a simulated user, and not those after which nothing was left to spoil.
void require_own_words(const Answer& answer, const ledger::Case& run) {
  const auto settled = run.settled_at();
  bool own = false, in_time = false;
  for (const auto& piece : answer.evidence) {
    const auto index = static_cast<std::size_t>(*piece.message);
    if (!run.own_words_of_user(index)) continue;
    own = true;
    in_time = in_time || !settled || index <= *settled;
  }
  if (!own) unfounded("it blames the simulated user and quotes no words of its own");
  if (!in_time) unfounded(fmt::format("what it blames the simulated user for came after message {}, where the failure was settled already", *settled));
}

bool any_check_fails(const ledger::Case& run) { return std::any_of(run.result.checks.begin(), run.result.checks.end(), ledger::is_failing); }

bool needs_words(Party party) { return party == Party::agent || party == Party::simulated_user || party == Party::judge; }

}  // namespace

std::vector<Party> parties_for(const ledger::Case& run) {
  bool user_speaks = false;
  for (std::size_t i = 0; i < run.result.messages.size(); ++i) user_speaks = user_speaks || run.own_words_of_user(i);
  std::vector<Party> parties;
  for (const auto party : all_parties) {
    if (party == Party::agent && run.result.outcome == RunOutcome::inconclusive) continue;
    if (party == Party::simulated_user && !user_speaks) continue;
    if (party == Party::judge && any_check_fails(run)) continue;  // it fails without the judge as well
    if (party == Party::provider && run.result.model_calls == 0) continue;
    if (party == Party::transport && !run.over_network) continue;
    parties.push_back(party);
  }
  return parties;
}

Tool fault_tool(const std::vector<Party>& parties) {
  json::array names, words;
  for (const auto party : parties) names.push_back(json::value(to_string(party)));
  for (const auto& [word, sure] : degrees) words.push_back(json::value(word));
  const auto piece = closed_object({{"message", json::object{{"type", "integer"}, {"minimum", 0}, {"description", "the [number] of a message"}}},
                                    {"quote", string_schema("words of that message, exactly as they stand there")}});
  return {.name = std::string(tool_name),
          .description = "Says whose fault it was that this run did not pass.",
          .parameters = closed_object({{"evidence", json::object{{"type", "array"}, {"items", piece}, {"description", "what the answer rests on"}}},
                                       {"why", string_schema("in one sentence: what the party did, or left undone, that decided it")},
                                       {"party", one_of(std::move(names), "whose fault it was")},
                                       {"sure", one_of(std::move(words), "certain: nobody could read it otherwise; unsure: you can only guess")}})};
}

Answer parse_fault(const ToolCall& call, const std::vector<Party>& parties, const ledger::Case& run) {
  const auto arguments = unwrapped(call.parsed_arguments());
  if (!arguments.is_object()) malformed(fmt::format("the arguments of {} are no object: {}", tool_name, preview(arguments, 80)));
  Answer answer{.party = party_in(member(arguments, "party"), parties),
                .why = why_in(member(arguments, "why")),
                .evidence = all_evidence_in(member(arguments, "evidence"), run),
                .sure = sure_in(member(arguments, "sure"))};
  if (answer.evidence.empty() && needs_words(answer.party))
    malformed(fmt::format("evidence is empty; quote a message that shows it ({})", to_string(answer.party)));
  if (answer.party == Party::simulated_user) require_own_words(answer, run);
  return answer;
}

}  // namespace antiphon::audit
