#include "antiphon/scenario/attempts.hpp"

#include <utility>

namespace antiphon {

const Scenario& Attempts::next() {
  if (!last_) return scenario_;
  if (!later_) later_ = std::make_unique<Scenario>(scenario_);
  later_->attempt = last_->attempt + 1;
  return *later_;
}

void Attempts::add(std::unique_ptr<ScenarioResult> result) {
  if (last_) {
    result->earlier = std::exchange(last_->earlier, {});
    result->earlier.push_back(std::move(*last_));
  }
  last_ = std::move(result);
  const auto next = options_.again && !options_.stop.requested() ? options_.again(*last_) : Again::no;
  due_ = next != Again::no;
  last_->replaced = next == Again::replace;
  if (due_ && options_.events) options_.events->add(AttemptFinished{*last_});
}

}  // namespace antiphon
