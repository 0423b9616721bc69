#include "antiphon/gym/platform/local_platform.hpp"

#include <utility>

#include "antiphon/base/task_group.hpp"
#include "antiphon/gym/platform/platform.hpp"

namespace antiphon::gym {

namespace {

class LocalPlatform final : public net::LocalServer {
 public:
  LocalPlatform(Runtime& runtime, net::HttpClient& http, PlatformSettings settings, PlatformSpeech speech)
      : runtime_(runtime),
        platform_(runtime, noting(std::move(settings)), std::move(speech), http),
        server_(net::make_http_server(runtime, {},
                                      [this](const net::ServerRequest& request, net::ServerReply& reply) { return platform_.handle(request, reply); })) {
    tasks_.spawn(server_->serve());
  }

  std::unique_ptr<net::ByteStream> connect() override { return net::connect_to(runtime_, *server_); }
  std::vector<std::string> notices() const override { return notices_; }
  Task<> end(Deadline deadline) override {
    co_await platform_.drain(deadline);
    server_->stop();
    co_await tasks_.join();
  }

 private:
  PlatformSettings noting(PlatformSettings settings) {
    settings.notice = [this, then = std::move(settings.notice)](const std::string& line) {
      notices_.push_back(line);
      if (then) then(line);
    };
    return settings;
  }

  Runtime& runtime_;
  std::vector<std::string> notices_;
  LayercodePlatform platform_;
  std::unique_ptr<net::HttpServer> server_;
  TaskGroup tasks_{runtime_.executor};
};

}  // namespace

net::LocalServerSpec local_platform(PlatformSettings settings, std::function<PlatformSpeech(Runtime&, net::HttpClient&)> make_speech,
                                    bool waits_on_clock_alone) {
  return {.make = [settings = std::move(settings), make_speech = std::move(make_speech)](
                      Runtime& runtime, net::HttpClient& http) { return std::make_unique<LocalPlatform>(runtime, http, settings, make_speech(runtime, http)); },
          .waits_on_clock_alone = waits_on_clock_alone};
}

}  // namespace antiphon::gym
