#include "antiphon/base/give_way.hpp"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

namespace antiphon {

void give_way() {
  const sched_param lowest{};
  sched_setscheduler(0, SCHED_BATCH, &lowest);
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), 10);
}

}  // namespace antiphon
