#include "antiphon/scenario/users/goal_watch.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "antiphon/base/text.hpp"
#include "antiphon/scenario/users/agenda_listening.hpp"
#include "antiphon/scenario/users/agenda_phrasings.hpp"

namespace antiphon {

void GoalWatch::hear(const History& messages) {
  for (; heard_ < messages.size(); ++heard_) {
    const auto& message = messages[heard_];
    if (message.role() == MessageRole::user && !first_words_) first_words_ = heard_;
    if (message.role() != MessageRole::assistant || !first_words_ || message.text().empty()) continue;
    for (const auto& [slot, wanted] : agenda_->request) {
      if (answers_.contains(slot)) continue;
      if (auto value = agenda::answer_in(message.text(), slot, wanted)) answers_.emplace(slot, Answer{*std::move(value), heard_});
    }
  }
}

void GoalWatch::rolled_back(std::size_t size) {
  heard_ = std::min(heard_, size);
  if (first_words_ && *first_words_ >= size) first_words_.reset();
  std::erase_if(answers_, [&](const auto& entry) { return entry.second.message >= size; });
}

json::object GoalWatch::report() const {
  json::object completed;
  json::array unmet;
  for (const auto& [slot, wanted] : agenda_->request) {
    if (const auto it = answers_.find(slot); it != answers_.end())
      completed[slot] = json::object{{"value", it->second.value}, {"message", it->second.message}};
    else
      unmet.emplace_back(slot);
  }
  return {{"goal", agenda_->goal}, {"completed", std::move(completed)}, {"unmet", std::move(unmet)}};
}

std::string in_words(const Agenda& agenda) {
  std::string text;
  if (!agenda.goal.empty()) text += fmt::format("They want this: {}.\n", agenda.goal);
  for (const auto& [slot, value] : agenda.inform)
    text += fmt::format("They know their {}: {}. They say it when it is asked for.\n", agenda::spoken(slot), value);
  std::vector<std::string> wanted;
  for (const auto& [slot, answer] : agenda.request) wanted.push_back(agenda::spoken(slot));
  if (!wanted.empty())
    text += fmt::format("They want to learn, one after the other: {}. They ask until they are told, three times at most for each.\n", join(wanted, ", "));
  return std::string(trim(text));
}

void add_goal(Brief& brief, const Agenda& agenda) {
  brief.facts = agenda.inform;
  for (const auto& [slot, answer] : agenda.request)
    if (answer.by_name()) brief.heard_by_name.push_back(slot);
}

}  // namespace antiphon
