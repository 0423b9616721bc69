#pragma once

#include <functional>
#include <memory>

namespace antiphon {

/// Asks runs to stop; shared by whoever may ask and all runs under way. Thread safe; `request` may be called from a signal-watching thread.
class StopSource {
 public:
  StopSource();
  void request();
  bool requested() const;
  /// Calls `action` when a stop is requested (at once, when it was already). The returned object unregisters it.
  std::shared_ptr<void> on_request(std::function<void()> action);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace antiphon
