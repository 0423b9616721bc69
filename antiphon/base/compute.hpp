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
Task<T> compute(Runtime& runtime, std::function<T()> work, BlockingPool& pool) {
  if (runtime.clock.is_virtual()) co_return work();
  co_return co_await pool.run<T>(runtime.clock, [work = std::move(work)](std::stop_token) { return work(); });
}
template <class T>
Task<T> compute(Runtime& runtime, std::function<T()> work) {
  return compute<T>(runtime, std::move(work), runtime.blocking);
}
/// The same for what may begin a little later: frames that are due go first.
template <class T>
Task<T> compute_in_background(Runtime& runtime, std::function<T()> work) {
  return compute<T>(runtime, std::move(work), BlockingPool::in_background());
}

}  // namespace antiphon
