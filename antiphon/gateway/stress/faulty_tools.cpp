#include "antiphon/gateway/stress/faulty_tools.hpp"

#include <array>
#include <utility>

#include "antiphon/base/random.hpp"

namespace antiphon::gateway {

namespace {

class FaultyTools final : public ToolProvider {
 public:
  FaultyTools(std::shared_ptr<ToolProvider> tools, Runtime& runtime, ToolFaultSettings settings, std::shared_ptr<ToolFaultCount> count)
      : tools_(std::move(tools)), clock_(runtime.clock), settings_(settings), count_(std::move(count)), random_(stream_of(settings.seed, tools_->name())) {}

  const std::string& name() const override { return tools_->name(); }
  Task<> start(Deadline deadline) override { return tools_->start(deadline); }
  std::vector<ToolEntry> tools() const override { return tools_->tools(); }
  bool stale() const override { return tools_->stale(); }
  std::vector<std::string> take_notices() override { return tools_->take_notices(); }
  Task<> close() override { return tools_->close(); }

  Task<json::value> call(ToolInvocation invocation, Deadline deadline) override {
    ++count_->calls;
    // Both are drawn each time, so that one fault does not move the others.
    const bool is_late = random_.uniform() < settings_.delays;
    const double how_late = random_.uniform();
    const bool fails = random_.uniform() < settings_.failures;
    if (is_late) {
      ++count_->delays;
      co_await clock_.sleep_for(settings_.shortest + std::chrono::duration_cast<Duration>(how_late * (settings_.longest - settings_.shortest)));
    }
    if (fails) {
      ++count_->failures;
      throw Error(ErrorKind::unavailable, "a fault on purpose");
    }
    co_return co_await tools_->call(std::move(invocation), deadline);
  }

 private:
  static RandomStream stream_of(std::uint64_t seed, std::string_view name) {
    const std::array<std::string_view, 3> key{"stress", "tools", name};
    return {seed, key};
  }

  std::shared_ptr<ToolProvider> tools_;
  Clock& clock_;
  ToolFaultSettings settings_;
  std::shared_ptr<ToolFaultCount> count_;
  RandomStream random_;
};

}  // namespace

std::shared_ptr<ToolProvider> faulty_tools(std::shared_ptr<ToolProvider> tools, Runtime& runtime, ToolFaultSettings settings,
                                           std::shared_ptr<ToolFaultCount> count) {
  return std::make_shared<FaultyTools>(std::move(tools), runtime, settings, std::move(count));
}

}  // namespace antiphon::gateway
