#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "antiphon/agent/brief.hpp"
#include "antiphon/base/json.hpp"
#include "antiphon/chat/history.hpp"
#include "antiphon/scenario/users/agenda.hpp"

namespace antiphon {

/// Listens for the answers that an agenda requests while somebody else, such as a language model, plays the user. Who plays freely asks in words
/// of their own, so any reply after the user's first words may answer, and nothing is told of how often a slot was asked.
class GoalWatch {
 public:
  explicit GoalWatch(std::shared_ptr<const Agenda> agenda) : agenda_(std::move(agenda)) {}

  /// Takes in what was said since the last time. @throws Error too_large when a pattern reaches its match limit.
  void hear(const History& messages);
  void rolled_back(std::size_t size);
  /// Every requested slot is answered; never where none is requested.
  bool reached() const { return !agenda_->request.empty() && answers_.size() == agenda_->request.size(); }
  /// As that of `agenda_user`, without `asked`.
  json::object report() const;

 private:
  struct Answer {
    std::string value;
    std::size_t message = 0;
  };

  std::shared_ptr<const Agenda> agenda_;
  std::map<std::string, Answer> answers_;
  std::optional<std::size_t> first_words_;  ///< of the user
  std::size_t heard_ = 0;
};

/// An agenda in words, as a brief for whoever plays it: what is wanted, what is known, what is to be found out.
std::string in_words(const Agenda& agenda);
/// What such a user can be held to, whoever plays it.
void add_goal(Brief& brief, const Agenda& agenda);

}  // namespace antiphon
