#pragma once

#include <functional>

#include "antiphon/base/runtime.hpp"

namespace antiphon {

/// Runs a computation of tens of milliseconds that waits for nothing but the processor.
///
/// In real time it runs on the blocking pool, so that frames of other calls leave on time. In virtual time it runs right here: nothing else could go
/// on meanwhile, and two of them end in the order in which they were begun, on every machine.
/// @throws whatever `work` throws; in real time Error cancelled.
template <class T>
Task<T> compute(Runtime& runtime, std::function<T()> work) {
  if (runtime.clock.is_virtual()) co_return work();
  co_return co_await runtime.blocking.run<T>(runtime.clock, [work = std::move(work)](std::stop_token) { return work(); });
}

}  // namespace antiphon
