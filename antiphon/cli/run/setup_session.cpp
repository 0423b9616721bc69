#include "antiphon/cli/run/setup_session.hpp"

#include <future>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/net/http.hpp"
#include "antiphon/suite/setup.hpp"

namespace antiphon::cli {

struct SetupSession::State {
  asio::io_context context{1};
  WallClock clock{context};
  BlockingPool blocking;
  Runtime runtime{context.get_executor(), clock, blocking};
  std::unique_ptr<net::HttpClient> http = net::make_http_client(runtime, {.use_proxy_from_environment = false});
  suite::Setup setup{runtime, *http};
  asio::executor_work_guard<asio::io_context::executor_type> guard = asio::make_work_guard(context);
  std::thread thread{[this] { context.run(); }};

  ~State() {
    guard.reset();
    context.stop();
    thread.join();
  }
};

SetupSession::SetupSession() = default;
SetupSession::~SetupSession() = default;

void SetupSession::start(std::vector<suite::SetupCommand> commands, StopSource stop) {
  if (commands.empty()) return;
  state_ = std::make_unique<State>();
  auto starting = std::make_shared<Stoppable>();
  auto done = asio::co_spawn(state_->context, starting->run(state_->setup.start(std::move(commands))), asio::use_future);
  const auto watch = stop.on_request([this, starting] { asio::post(state_->context, [starting] { starting->stop(); }); });
  try {
    done.get();
  } catch (...) {
    if (stop.requested()) throw Error(ErrorKind::cancelled, "interrupted").with_party(Party::harness);
    throw;
  }
}

void SetupSession::stop() {
  if (!state_) return;
  asio::co_spawn(state_->context, state_->setup.stop(), asio::use_future).get();
  state_.reset();
}

}  // namespace antiphon::cli
