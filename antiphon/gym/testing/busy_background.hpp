#pragma once

#include <atomic>
#include <chrono>
#include <future>
#include <thread>
#include <utility>
#include <vector>

#include "antiphon/base/task_group.hpp"
#include "antiphon/net/testing/world.hpp"

namespace antiphon::gym::testing {

/// Keeps every thread of the background pool busy with something else until it is let go, or for so long that a test which waits for it has failed.
class BusyBackground {
 public:
  explicit BusyBackground(std::chrono::seconds longest = std::chrono::seconds(20))
      : thread_([this, longest] {
          net::testing::World world;
          auto& pool = BlockingPool::in_background();
          std::vector<Task<>> all;
          for (std::size_t i = 0; i < pool.most_threads(); ++i)
            all.push_back(pool.run<void>(world.clock, [this, longest](std::stop_token) {
              if (++busy_ == BlockingPool::in_background().most_threads()) begun_.set_value();
              until_.wait_for(longest);
            }));
          world.run(at_once(std::move(all)));
        }) {
    begun_.get_future().wait();
  }
  ~BusyBackground() {
    let_go();
    thread_.join();
  }
  void let_go() {
    if (!std::exchange(is_over_, true)) over_.set_value();
  }

 private:
  std::atomic<std::size_t> busy_ = 0;
  std::promise<void> begun_, over_;
  std::shared_future<void> until_ = over_.get_future().share();
  bool is_over_ = false;
  std::thread thread_;
};

}  // namespace antiphon::gym::testing
