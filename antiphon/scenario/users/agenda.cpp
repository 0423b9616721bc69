#include "antiphon/scenario/users/agenda.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/regex.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/scenario/users/agenda_listening.hpp"
#include "antiphon/scenario/users/agenda_phrasings.hpp"
#include "antiphon/scenario/users/goal_watch.hpp"

namespace antiphon {

namespace {

using agenda::Act;

constexpr int patience = 3;  // times that a slot is asked (contracts.md §2)

/// Where one requested slot stands.
struct Wish {
  int asked = 0;
  bool given_up = false;
  std::optional<std::string> value;
  std::size_t message = 0;
};

/// Every line tells a constraint for the first time, asks for a wish, or is the last one; each of these is bounded, so it always ends.
class AgendaUser final : public Participant {
 public:
  AgendaUser(std::shared_ptr<const Agenda> agenda, RandomStream random)
      : agenda_(std::move(agenda)), random_(random), phrasings_(agenda_->phrasings, agenda_->goal, RandomStream(random_.next())) {
    // The stack, lowest first: what remains to be asked, then what remains to be told, then the opening on top.
    for (auto it = agenda_->request.rbegin(); it != agenda_->request.rend(); ++it) stack_.push_back({Act::Kind::request, it->first, {}});
    for (auto it = agenda_->inform.rbegin(); it != agenda_->inform.rend(); ++it) stack_.push_back({Act::Kind::inform, it->first, it->second});
    if (!agenda_->goal.empty()) stack_.push_back({Act::Kind::open, {}, {}});
  }

  Task<AgentReply> call(AgentInput input) override {
    const auto said = hear(input.messages);
    const auto acts = next_acts(agenda::listen(said, *agenda_));
    const bool last = acts.back().kind == Act::Kind::bye || acts.back().kind == Act::Kind::give_up;
    AgentReply reply(phrasings_.line(acts));
    if (last) co_return std::move(reply).concluding();
    co_return reply;
  }

  void rolled_back(std::size_t size) override {
    heard_ = std::min(heard_, size);
    for (auto& [slot, wish] : wishes_)
      if (wish.value && wish.message >= size) wish.value.reset(), stack_.insert(stack_.begin(), {Act::Kind::request, slot, {}});
  }

  Brief brief() const override {
    Brief brief{.situation = agenda_->goal};
    add_goal(brief, *agenda_);
    return brief;
  }

  json::object report(const History& messages) const override {
    AgendaUser end(*this);  // the run may have ended on a reply that it was not asked about any more
    end.hear(messages);
    return end.summary();
  }

 private:
  AgendaUser(const AgendaUser&) = default;

  // Settles the pending wish by replies that came after it was asked; gives back all that was said since the last time.
  std::string hear(const History& messages) {
    std::string text;
    for (; heard_ < messages.size(); ++heard_) {
      const auto& message = messages[heard_];
      if (message.role() != MessageRole::assistant || message.text().empty()) continue;
      if (!text.empty()) text += '\n';
      text += message.text();
      settle(message.text());
    }
    return text;
  }

  void settle(const std::string& reply) {
    if (!pending_) return;
    const auto wanted = std::find_if(agenda_->request.begin(), agenda_->request.end(), [&](const auto& entry) { return entry.first == *pending_; });
    auto value = agenda::answer_in(reply, wanted->first, wanted->second);
    if (!value) return;
    auto& wish = wishes_[*pending_];
    wish.value = std::move(value), wish.message = heard_;
    pending_.reset();
  }

  std::vector<Act> next_acts(const agenda::Heard& heard) {
    std::vector<Act> acts;
    if (const auto opening = pop(Act::Kind::open)) {
      acts.push_back(*opening);
      // Some say at once what they know, some wait to be asked.
      if (has(Act::Kind::inform) && heard.asked.empty() && random_.below(2) == 0) return acts;
    }
    bool progress = react(heard, acts);
    if (!progress && wants_more()) progress = tell_next(acts);
    if (pending_ && !progress) ask_again(acts);
    if (!pending_) ask_next(acts);
    if (!wants_more() && (!progress || !agenda_->request.empty())) acts.push_back({gave_up() ? Act::Kind::give_up : Act::Kind::bye, {}, {}});
    return acts;
  }

  bool wants_more() const { return pending_ || has(Act::Kind::request) || (agenda_->request.empty() && has(Act::Kind::inform)); }

  // Pushes what the reply calls for, and does it. True when something new was told.
  bool react(const agenda::Heard& heard, std::vector<Act>& acts) {
    const auto before = acts.size();
    bool progress = false;
    for (const auto& slot : heard.wrong) {
      acts.push_back({Act::Kind::correct, slot, value_of(slot)});
      pop(Act::Kind::inform, slot);
      progress = corrected_.insert(slot).second || progress;
    }
    if (acts.size() > before) return progress;
    for (const auto& slot : heard.asked) {
      progress = pop(Act::Kind::inform, slot).has_value() || progress;
      acts.push_back({Act::Kind::inform, slot, value_of(slot)});
    }
    for (const auto& slot : heard.confirmed) progress = pop(Act::Kind::inform, slot).has_value() || progress;
    if (acts.size() == before && !heard.confirmed.empty()) acts.push_back({Act::Kind::affirm, {}, {}});
    if (acts.size() == before && heard.asks_unknown) acts.push_back({Act::Kind::dont_know, {}, {}});
    return progress;
  }

  bool tell_next(std::vector<Act>& acts) {
    const auto next = pop(Act::Kind::inform);
    if (next) acts.push_back(*next);
    return next.has_value();
  }

  void ask_again(std::vector<Act>& acts) {
    auto& wish = wishes_[*pending_];
    if (wish.asked >= patience) {
      wish.given_up = true;
      pending_.reset();
      return;
    }
    ++wish.asked;
    acts.push_back({Act::Kind::ask_again, *pending_, {}});
  }

  void ask_next(std::vector<Act>& acts) {
    const auto next = pop(Act::Kind::request);
    if (!next) return;
    pending_ = next->slot;
    ++wishes_[next->slot].asked;
    acts.push_back(*next);
  }

  bool has(Act::Kind kind) const {
    return std::any_of(stack_.begin(), stack_.end(), [&](const Act& act) { return act.kind == kind; });
  }

  // The uppermost act of this kind (about this slot).
  std::optional<Act> pop(Act::Kind kind, std::string_view slot = {}) {
    const auto it = std::find_if(stack_.rbegin(), stack_.rend(), [&](const Act& act) { return act.kind == kind && (slot.empty() || act.slot == slot); });
    if (it == stack_.rend()) return std::nullopt;
    auto act = *it;
    stack_.erase(std::next(it).base());
    return act;
  }

  const std::string& value_of(const std::string& slot) const {
    return std::find_if(agenda_->inform.begin(), agenda_->inform.end(), [&](const auto& entry) { return entry.first == slot; })->second;
  }

  bool gave_up() const {
    return std::any_of(wishes_.begin(), wishes_.end(), [](const auto& entry) { return entry.second.given_up; });
  }

  json::object summary() const {
    json::object completed, asked;
    json::array unmet;
    for (const auto& [slot, answer] : agenda_->request) {
      const auto it = wishes_.find(slot);
      const Wish wish = it == wishes_.end() ? Wish{} : it->second;
      asked[slot] = wish.asked;
      if (wish.value)
        completed[slot] = json::object{{"value", *wish.value}, {"message", wish.message}};
      else
        unmet.emplace_back(slot);
    }
    return {{"goal", agenda_->goal}, {"completed", std::move(completed)}, {"unmet", std::move(unmet)}, {"asked", std::move(asked)}};
  }

  std::shared_ptr<const Agenda> agenda_;
  RandomStream random_;
  agenda::Phrasings phrasings_;
  std::vector<Act> stack_;  // the top is the back
  std::map<std::string, Wish> wishes_;
  std::set<std::string> corrected_;
  std::optional<std::string> pending_;  // asked, not answered yet
  std::size_t heard_ = 0;
};

[[noreturn]] void refuse(std::string why, const char* hint) { throw Error(ErrorKind::configuration, "agenda: " + std::move(why)).with_hint(hint); }

void require_distinct(const std::vector<std::string>& slots, std::string_view where) {
  std::set<std::string> seen;
  for (const auto& slot : slots) {
    if (trim(slot).empty()) refuse(fmt::format("a slot of {} has no name", where), "name every slot");
    if (!seen.insert(slot).second) refuse(fmt::format("{} names {} twice", where, quote(slot)), "remove one of them");
  }
}

template <class T>
std::vector<std::string> names(const std::vector<std::pair<std::string, T>>& slots) {
  std::vector<std::string> list;
  for (const auto& [slot, value] : slots) list.push_back(slot);
  return list;
}

void require_pattern(const std::string& slot, const SlotAnswer& answer) {
  try {
    if (!answer.matches.empty()) const Regex compiled(answer.matches);
  } catch (const Error& error) {
    refuse(fmt::format("{}: {}", slot, error.message()), "patterns are PCRE2");
  }
  for (const auto& word : answer.one_of)
    if (trim(word).empty()) refuse(fmt::format("{}: a value of one_of is empty", slot), "remove it");
}

}  // namespace

void validate(const Agenda& agenda) {
  if (agenda.request.empty() && agenda.inform.empty()) refuse("nothing is requested and nothing is informed", "add request: [slot] or inform: {slot: value}");
  require_distinct(names(agenda.inform), "inform");
  require_distinct(names(agenda.request), "request");
  for (const auto& [slot, answer] : agenda.request) require_pattern(slot, answer);
}

ParticipantSpec agenda_user(Agenda agenda) {
  auto shared = std::make_shared<const Agenda>(std::move(agenda));
  const auto make = [shared](const ParticipantContext& context) -> std::unique_ptr<Participant> {
    validate(*shared);
    const std::array<std::string_view, 3> key{context.scenario_id, "user", "agenda"};
    return std::make_unique<AgendaUser>(shared, RandomStream(context.seed, key));
  };
  return ParticipantSpec("agenda", make, true).with_check([shared](const ModelRegistry&, const ModelSettings&) { validate(*shared); });
}

}  // namespace antiphon
