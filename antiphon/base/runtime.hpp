#pragma once

#include <boost/asio/any_io_executor.hpp>

#include "antiphon/base/blocking.hpp"
#include "antiphon/base/clock.hpp"

namespace antiphon {

/// What is handed to everything that waits or computes elsewhere. One per executor; the executor is run by one thread.
struct Runtime {
  asio::any_io_executor executor;
  Clock& clock;
  BlockingPool& blocking;
};

}  // namespace antiphon
