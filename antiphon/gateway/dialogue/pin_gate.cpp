#include "antiphon/gateway/dialogue/pin_gate.hpp"

#include <utility>

#include "antiphon/gateway/hearing/completeness.hpp"

namespace antiphon::gateway {

namespace {

constexpr std::size_t least_shown_digits = 2;
constexpr std::size_t least_of_known = 2;  // one digit gives little away, and is often an answer
constexpr auto hash_follows = std::chrono::seconds(3);

}  // namespace

PinGate::PinGate(Clock& clock, std::shared_ptr<const LocaleRules> rules, PinOptions options, std::function<bool(std::string_view)> must_answer, bool takes_bare)
    : clock_(clock), rules_(std::move(rules)), options_(options), must_answer_(std::move(must_answer)), takes_bare_(takes_bare), entry_(options) {}

void PinGate::open(std::string request) {
  if (!std::exchange(open_, true)) request_ = std::move(request);
  announced_ = false;
  announced_digits_.clear();
}

void PinGate::close() {
  open_ = incomplete_ = false;
  pin_.reset();
  entry_ = PinEntry(options_);
  alarm_.reset();
}

json::object PinGate::memory() const {
  json::object memory;
  if (open_) memory["pin_for"] = request_;
  if (announced_) memory["pin_announced"] = true;
  return memory;
}

void PinGate::recall(const json::object& memory, bool is_lost, std::string request) {
  announced_ = memory.contains("pin_announced");
  const auto* awaited_for = memory.if_contains("pin_for");
  if (awaited_for && awaited_for->is_string())
    open(std::string(awaited_for->get_string()));
  else if (is_lost)
    open(std::move(request));
  incomplete_ = is_lost;
}

void PinGate::set_said(std::string_view agent_text) {
  const auto asked = what_is_asked(agent_text, *rules_, number_asked_);
  if (asked == Asked::nothing && std::exchange(number_due_, false)) return;
  number_asked_ = number_due_ = asked == Asked::number;
}

void PinGate::note_heard(std::string_view text) {
  if (number_due_ && says_a_number(text, *rules_)) number_due_ = false;
}

std::optional<Pin> PinGate::take_pin() { return std::exchange(pin_, std::nullopt); }

/// Of a turn that is not over every digit but the first is hidden: the others may follow.
std::string PinGate::show(std::string_view text) const { return taken_from(text, least_shown_digits).text; }

PinTaken PinGate::taken_from(std::string_view text, std::size_t at_least) const {
  auto taken = gateway::take_pin(text, *rules_, open_ || announced_, options_);
  if (open_ || announced_) return taken;
  // Once it is known, another number is another number; of a turn that is not over its first digits are hidden all the same.
  const bool unknown = known_.empty() || at_least < wanted();
  if (takes_bare_ && unknown && !number_asked_ && taken.digits.empty() && !taken.too_many) taken = take_bare_pin(text, *rules_, options_, at_least);
  taken.text = without_known(taken.text);
  return taken;
}

std::string PinGate::without_known(std::string_view text) const {
  if (known_.empty()) return std::string(text);
  auto bare = take_bare_pin(text, *rules_, options_, 1);
  return is_piece_of_known(bare.digits.reveal()) ? std::move(bare.text) : without_pin(text, *rules_, known_);
}

/// Digits that go on with, or begin, the right PIN that is said in several turns. Where another number was asked for it has to be all of it.
bool PinGate::is_piece_of_known(std::string_view digits) const {
  const auto known = known_.reveal(), said = said_.reveal();
  if (digits.empty()) return false;
  for (auto before = std::min(said.size(), known.size() - 1) + 1; before-- > 0;) {
    const auto rest = known.substr(before);
    if (!said.ends_with(known.substr(0, before))) continue;
    if (before > 0 && digits.starts_with(rest)) return true;
    if (!number_asked_ && rest.starts_with(digits) && before + digits.size() >= least_of_known) return true;
  }
  return false;
}

void PinGate::note_piece(std::string_view text) {
  if (known_.empty()) return;
  const auto bare = take_bare_pin(text, *rules_, options_, 1);
  if (bare.digits.empty()) return said_.clear();
  auto all = said_.twin();
  if (all.size() + bare.digits.size() > Pin::longest) all.clear();
  all.add(bare.digits.reveal());
  said_ = std::move(all);
}

/// A PIN that nobody asked for may come in several turns where the first one says that it comes.
void PinGate::gather(std::string_view text, Pin digits) {
  const bool goes_on = announces_pin(text, *rules_) || (announced_ && !digits.empty());
  announced_digits_.add(digits.reveal());
  if (digits.size() == wanted())
    pin_ = std::move(digits);
  else if (goes_on && announced_digits_.size() == wanted())
    pin_ = announced_digits_.twin();
  announced_ = goes_on && !pin_ && announced_digits_.size() < wanted();
  if (!announced_) announced_digits_.clear();
}

Intake::Taken PinGate::take(std::string_view text, Clock::Time voice_ended) {
  auto taken = taken_from(text, wanted());
  note_heard(text);
  if (!open_) {
    note_piece(text);
    gather(text, std::move(taken.digits));
    return {std::move(taken.text)};
  }
  if (taken.too_many) note(entry_.refuse());
  const bool gave_digits = !taken.digits.empty();
  if (gave_digits) note(entry_.say(taken.digits, voice_ended));
  watch();
  const bool answer = !gave_digits || settled() || must_answer_(taken.text);
  return {std::move(taken.text), answer};
}

void PinGate::press(std::string_view keys) {
  if (!open_) return;
  for (const char key : keys) note(entry_.press(key, clock_.now()));
  if (pin_) typed_at_ = clock_.now();
  watch();
  if (settled()) take_floor();
}

bool PinGate::ignores(std::string_view keys) const { return keys == "#" && typed_at_ && !entry_.due() && clock_.now() < *typed_at_ + hash_follows; }

void PinGate::set_speaking(bool speaking) {
  entry_.set_speaking(speaking, clock_.now());
  watch();
}

bool PinGate::is_complete(std::string_view text) const { return !open_ && !announced_ && !sounds_open(text, *rules_); }

void PinGate::note(PinEntry::Event event) {
  if (event == PinEntry::Event::complete) pin_ = entry_.take();
  if (event == PinEntry::Event::incomplete) incomplete_ = true;
}

void PinGate::watch() {
  alarm_.reset();
  const auto due = entry_.due();
  if (!open_ || !due) return;
  alarm_.emplace(clock_, *due, [this] {
    note(entry_.poll(clock_.now()));
    if (settled()) take_floor();
  });
}

void PinGate::take_floor() {
  if (take_floor_) take_floor_(std::string(pin_mask));
}

}  // namespace antiphon::gateway
