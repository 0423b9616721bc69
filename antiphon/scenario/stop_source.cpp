#include "antiphon/scenario/stop_source.hpp"

#include <cstdint>
#include <map>
#include <mutex>
#include <utility>

namespace antiphon {

struct StopSource::State {
  std::mutex mutex;
  bool requested = false;
  std::uint64_t next = 0;
  std::map<std::uint64_t, std::function<void()>> actions;
};

StopSource::StopSource() : state_(std::make_shared<State>()) {}

void StopSource::request() {
  // Under the lock, so that whoever unregisters knows that its action is not running.
  const std::lock_guard lock(state_->mutex);
  if (std::exchange(state_->requested, true)) return;
  for (auto& [key, action] : state_->actions) action();
}

bool StopSource::requested() const {
  const std::lock_guard lock(state_->mutex);
  return state_->requested;
}

std::shared_ptr<void> StopSource::on_request(std::function<void()> action) {
  const std::lock_guard lock(state_->mutex);
  if (state_->requested) action();
  const auto key = state_->next++;
  state_->actions.emplace(key, std::move(action));
  return {nullptr, [state = state_, key](void*) {
            const std::lock_guard inner(state->mutex);
            state->actions.erase(key);
          }};
}

}  // namespace antiphon
