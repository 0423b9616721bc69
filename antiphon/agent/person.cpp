#include "antiphon/agent/person.hpp"

#include "antiphon/base/pulse.hpp"

namespace antiphon {

// Most never do: the conversation ends by itself.
Task<> Person::hang_up(Cue) {
  Pulse never;
  co_await never.wait();
}

}  // namespace antiphon
