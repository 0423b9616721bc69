#include "antiphon/gym/client.hpp"

#include <algorithm>
#include <cstdlib>
#include <deque>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/gym/conversation.hpp"

namespace antiphon::gym {

namespace {

constexpr auto longest_goodbye = std::chrono::seconds(1);

Settings::Variables of_process() {
  return [](std::string_view name) -> std::optional<std::string> {
    const auto* value = std::getenv(std::string(name).c_str());
    return value ? std::optional<std::string>(value) : std::nullopt;
  };
}

GymParts completed(GymParts parts) {
  if (!parts.models) parts.models = ModelRegistry::with_defaults();
  if (!parts.speech) parts.speech = SpeechRegistry::with_defaults();
  if (!parts.environment) parts.environment = of_process();
  return parts;
}

/// Conversations that go on at once on this thread.
class Batch {
 public:
  Batch(const std::vector<LayercodeClient>& clients, const std::vector<ConversationStart>& starts, BatchOptions options)
      : clients_(clients), starts_(starts), options_(std::move(options)), logs_(clients.size()) {
    options_.parts = completed(std::move(options_.parts));
  }

  std::vector<ConversationLog> run() {
    const auto places = options_.at_once == 0 ? clients_.size() : std::min(options_.at_once, clients_.size());
    for (std::size_t i = 0; i < places; ++i) {
      ++running_;
      asio::co_spawn(context_, work(), [this](std::exception_ptr) {
        if (--running_ == 0) context_.stop();
      });
    }
    if (running_ > 0) context_.run();
    let_go();
    return std::move(logs_);
  }

 private:
  // Kept connections would wait for their own ends. What else is under way, such as a platform in this process that says goodbye, comes to its own.
  void let_go() {
    http_.reset();
    context_.restart();
    context_.run_for(longest_goodbye);
  }

  Task<> work() {
    while (next_ < clients_.size()) {
      const auto index = next_++;
      co_await converse(index);
      if (options_.on_end) options_.on_end(index, logs_[index]);
    }
  }

  Task<> converse(std::size_t index) {
    auto& log = logs_[index];
    log.agent_id = clients_[index].settings().agent_id;
    if (options_.stop.requested()) {
      log.end = {.reason = "interrupted", .message = "it was never begun"};
      co_return;
    }
    try {
      log = co_await clients_[index].converse(runtime_, *http_, options_.parts, index < starts_.size() ? starts_[index] : ConversationStart{}, options_.stop,
                                              std::to_string(index + 1));
    } catch (const Error& error) {
      log.end = {.reason = error.kind() == ErrorKind::configuration ? "configuration" : "output_failed", .message = error.message()};
    } catch (const std::exception& error) {
      log.end = {.reason = "internal", .message = error.what()};
    }
  }

  const std::vector<LayercodeClient>& clients_;
  const std::vector<ConversationStart>& starts_;
  BatchOptions options_;
  std::vector<ConversationLog> logs_;
  asio::io_context context_{1};
  WallClock clock_{context_};
  BlockingPool blocking_;
  Runtime runtime_{context_.get_executor(), clock_, blocking_};
  std::unique_ptr<net::HttpClient> http_ = net::make_http_client(runtime_);
  std::size_t next_ = 0, running_ = 0;
};

}  // namespace

Task<ConversationLog> LayercodeClient::converse(Runtime& runtime, net::HttpClient& http, GymParts parts, ConversationStart start, StopSource stop,
                                                std::string name) const {
  settings_.require();
  if (!simulator_) throw Error(ErrorKind::configuration, "a client without a user").with_hint("give it UserSimulator::from_text({…}), or another");
  parts = completed(std::move(parts));
  Conversation conversation(runtime, http,
                            {.simulator = simulator_,
                             .settings = settings_,
                             .turn_callback = turn_callback_,
                             .conversation_callback = conversation_callback_,
                             .models = parts.models,
                             .speech = parts.speech,
                             .shared = parts},
                            std::move(start), std::move(name));
  co_return co_await conversation.run(std::move(stop));
}

ConversationLog LayercodeClient::run(ConversationStart start) const {
  settings_.require();
  auto logs = run_conversations({*this}, {std::move(start)});
  if (logs.front().end.reason == "output_failed") throw Error(ErrorKind::io, logs.front().end.message);
  return std::move(logs.front());
}

std::vector<ConversationLog> run_conversations(const std::vector<LayercodeClient>& clients, const std::vector<ConversationStart>& starts,
                                               BatchOptions options) {
  return Batch(clients, starts, std::move(options)).run();
}

}  // namespace antiphon::gym
