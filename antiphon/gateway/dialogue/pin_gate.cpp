#include "antiphon/gateway/dialogue/pin_gate.hpp"

#include <utility>

#include "antiphon/gateway/hearing/completeness.hpp"

namespace antiphon::gateway {

namespace {

constexpr std::size_t least_shown_digits = 2;

}  // namespace

PinGate::PinGate(Clock& clock, std::shared_ptr<const LocaleRules> rules, PinOptions options, std::function<bool(std::string_view)> must_answer, bool takes_bare)
    : clock_(clock), rules_(std::move(rules)), options_(options), must_answer_(std::move(must_answer)), takes_bare_(takes_bare), entry_(options) {}

void PinGate::open(std::string request) {
  if (!std::exchange(open_, true)) request_ = std::move(request);
}

void PinGate::close() {
  open_ = incomplete_ = false;
  pin_.reset();
  entry_ = PinEntry(options_);
  alarm_.reset();
}

json::object PinGate::memory() const {
  if (!open_) return {};
  return {{"pin_for", request_}};
}

void PinGate::recall(const json::object& memory, bool is_lost) {
  const auto* request = memory.if_contains("pin_for");
  if (!request || !request->is_string()) return;
  open(std::string(request->get_string()));
  incomplete_ = is_lost;
}

std::optional<Pin> PinGate::take_pin() { return std::exchange(pin_, std::nullopt); }

/// Of a turn that is not over every digit but the first is hidden: the others may follow.
std::string PinGate::show(std::string_view text) const { return taken_from(text, least_shown_digits).text; }

PinTaken PinGate::taken_from(std::string_view text, std::size_t at_least) const {
  auto taken = gateway::take_pin(text, *rules_, open_, options_);
  if (open_) return taken;
  // Once it is known, another number is another number; of a turn that is not over its first digits are hidden all the same.
  const bool unknown = known_.empty() || at_least < static_cast<std::size_t>(options_.digits);
  if (takes_bare_ && unknown && !number_asked_ && taken.digits.empty()) taken = take_bare_pin(text, *rules_, options_, at_least);
  taken.text = without_pin(taken.text, *rules_, known_);
  return taken;
}

Intake::Taken PinGate::take(std::string_view text, Clock::Time voice_ended) {
  auto taken = taken_from(text, static_cast<std::size_t>(options_.digits));
  if (!open_) {
    if (taken.digits.size() == static_cast<std::size_t>(options_.digits)) pin_ = std::move(taken.digits);
    return {std::move(taken.text)};
  }
  const bool gave_digits = !taken.digits.empty();
  if (gave_digits) note(entry_.say(taken.digits, voice_ended));
  watch();
  const bool answer = !gave_digits || settled() || must_answer_(taken.text);
  return {std::move(taken.text), answer};
}

void PinGate::press(std::string_view keys) {
  if (!open_) return;
  for (const char key : keys) note(entry_.press(key, clock_.now()));
  watch();
  if (settled()) take_floor();
}

void PinGate::set_speaking(bool speaking) {
  entry_.set_speaking(speaking, clock_.now());
  watch();
}

bool PinGate::is_complete(std::string_view text) const { return !open_ && !sounds_open(text, *rules_); }

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
