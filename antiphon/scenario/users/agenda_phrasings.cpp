#include "antiphon/scenario/users/agenda_phrasings.hpp"

#include <algorithm>

#include "antiphon/base/text.hpp"

namespace antiphon::agenda {

namespace {

using Kind = Act::Kind;

const std::map<Kind, std::vector<std::string>>& wordings() {
  static const std::map<Kind, std::vector<std::string>> all{
      {Kind::open, {"hi, i want to {goal}", "hello, i need to {goal}", "hey, can you help me {goal}?", "hi there, i'd like to {goal}"}},
      {Kind::inform, {"the {slot} is {value}", "my {slot} is {value}", "it's {slot} {value}", "{slot}: {value}"}},
      {Kind::request, {"what's the {slot}?", "what is the {slot}?", "can you tell me the {slot}?", "could you look up the {slot}?"}},
      {Kind::ask_again, {"i still need the {slot}", "you haven't told me the {slot} yet", "sorry, but what about the {slot}?", "ok, but what is the {slot}?"}},
      {Kind::correct, {"no, the {slot} is {value}", "that's wrong, my {slot} is {value}", "not that one, it's {slot} {value}"}},
      {Kind::affirm, {"yes, that's right", "yes, exactly", "yep, correct"}},
      {Kind::dont_know, {"sorry, i don't know that", "no idea, sorry", "i don't have that"}},
      {Kind::bye, {"great, thanks, that's all", "perfect, thank you, bye", "thanks for your help, bye", "that's all i needed, thanks"}},
      {Kind::give_up, {"ok, never mind then, thanks", "alright, i'll leave it there, thanks", "hm, ok, thanks anyway, bye"}},
  };
  return all;
}

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::open: return "open";
    case Kind::inform: return "inform";
    case Kind::request:
    case Kind::ask_again: return "request";
    case Kind::correct: return "correct";
    case Kind::affirm: return "affirm";
    case Kind::dont_know: return "dont_know";
    case Kind::bye: return "bye";
    case Kind::give_up: return "give_up";
  }
  return "bye";
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size()) text.replace(at, what.size(), with);
}

void add_sentence(std::string& line, const std::string& sentence) {
  if (sentence.empty()) return;
  if (!line.empty()) line += line.ends_with('?') || line.ends_with('.') || line.ends_with('!') ? " " : ". ";
  line += sentence;
}

}  // namespace

std::string spoken(std::string_view slot) {
  std::string words(slot);
  std::replace_if(words.begin(), words.end(), [](char c) { return c == '_' || c == '-'; }, ' ');
  return words;
}

std::string name_of(const Act& act) {
  const std::string kind(kind_name(act.kind));
  return act.slot.empty() ? kind : kind + "(" + act.slot + ")";
}

const std::vector<std::string>& built_in(Kind kind) { return wordings().at(kind); }

const std::vector<std::string>& Phrasings::choices(const Act& act) const {
  for (const auto& name : {name_of(act), std::string(kind_name(act.kind))})
    if (const auto it = own_.find(name); it != own_.end() && !it->second.empty()) return it->second;
  return built_in(act.kind);
}

std::string Phrasings::fill(std::string_view pattern, const Act& act) const {
  std::string text(pattern);
  // The value last: it may hold braces of its own.
  replace_all(text, "{goal}", goal_);
  replace_all(text, "{slot}", spoken(act.slot));
  replace_all(text, "{value}", act.value);
  return text;
}

std::string Phrasings::phrase(const Act& act) {
  const auto& list = choices(act);
  auto index = random_.below(list.size());
  auto& last = last_[name_of(act)];
  if (list[index] == last) index = (index + 1) % list.size();
  last = list[index];
  return fill(list[index], act);
}

std::string Phrasings::line(const std::vector<Act>& acts) {
  static const std::vector<std::string> openers{"", "sorry, ", "once more: ", "well, ", "as i said, ", "so, ", "hm, ", "listen, "};
  std::string line;
  for (const auto& act : acts) add_sentence(line, phrase(act));
  for (const auto& opener : openers)
    if (said_[opener + line] < 2) {
      ++said_[opener + line];
      return opener + line;
    }
  return line;
}

}  // namespace antiphon::agenda
