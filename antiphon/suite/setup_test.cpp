#include "antiphon/suite/setup.hpp"

#include <deque>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "antiphon/base/error.hpp"

namespace antiphon::suite {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// What happens outside, by the clock of the test.
struct World {
  Clock* clock = nullptr;
  Duration ready_after = 0s;  // from the start of the process; before it the address refuses
  bool occupied = false;      // the address answers before anything was started
  int status = 200;
  std::optional<Duration> ends_after;
  bool started = false;
  Duration started_at{};
  int asked = 0;
  std::vector<std::string> stopped;
};

class FakeHttp final : public net::HttpClient {
 public:
  explicit FakeHttp(World& world) : world_(world) {}
  Task<net::HttpReply> send(net::HttpRequest request, Deadline) override {
    ++world_.asked;
    EXPECT_EQ(request.method, "GET");
    const bool up = world_.occupied || (world_.started && world_.clock->now() >= world_.started_at + world_.ready_after);
    if (!up) throw Error(ErrorKind::refused, "connection refused");
    co_return net::HttpReply{.status = world_.status, .headers = {}, .body = {}};
  }
  Task<std::unique_ptr<net::HttpBody>> open(net::HttpRequest, Deadline) override { co_return nullptr; }

 private:
  World& world_;
};

class FakeProcess final : public net::Process {
 public:
  FakeProcess(World& world, std::string name) : world_(world), name_(std::move(name)) {}
  Task<> write(std::string, Deadline) override { co_return; }
  Task<std::optional<std::string>> read_line(Deadline) override { co_return std::nullopt; }
  std::string take_unread() override { return {}; }
  Task<int> wait(Deadline) override { co_return 0; }
  std::optional<int> exit_status() override {
    const bool ended = world_.ends_after && world_.clock->now() >= world_.started_at + *world_.ends_after;
    return ended ? std::optional(3) : std::nullopt;
  }
  Task<> stop(Duration grace) override {
    EXPECT_EQ(grace, 5s);
    world_.stopped.push_back(name_);
    co_return;
  }
  std::string error_output() const override { return "loading\nport is taken\n\n"; }
  int pid() const override { return 1; }

 private:
  World& world_;
  std::string name_;
};

class SetupTest : public ::testing::Test {
 protected:
  SetupTest() { world_.clock = &clock_; }

  // The message of the error that starting ends with; empty for none.
  std::string start(std::vector<SetupCommand> commands) {
    std::string failure;
    bool done = false;
    asio::co_spawn(context_, setup_.start(std::move(commands)), [&](std::exception_ptr error) {
      done = true;
      if (!error) return;
      failure = describe(error);
      try {
        std::rethrow_exception(error);
      } catch (const Error& thrown) {
        EXPECT_EQ(thrown.party(), Party::harness);
      }
    });
    clock_.run([&] { return done; }, 60s, [] {});
    EXPECT_TRUE(done);
    return failure;
  }

  void stop() {
    bool done = false;
    asio::co_spawn(context_, setup_.stop(), [&](std::exception_ptr) { done = true; });
    clock_.run([&] { return done; }, 60s, [] {});
  }

  static SetupCommand command(std::string name = "agent") {
    return {.argv = {std::move(name), "--port", "8080"}, .ready = "http://127.0.0.1:8080/health", .where = {"a.yaml", 3, 5}};
  }

  asio::io_context context_;
  VirtualClock clock_{context_};
  BlockingPool blocking_;
  Runtime runtime_{context_.get_executor(), clock_, blocking_};
  World world_;
  FakeHttp http_{world_};
  std::vector<net::ProcessOptions> options_;
  suite::Setup setup_{runtime_, http_, [this](Runtime&, net::ProcessOptions options) {
                        world_.started = true;
                        world_.started_at = clock_.now();
                        options_.push_back(options);
                        return std::make_unique<FakeProcess>(world_, options.argv[0]);
                      }};
};

TEST_F(SetupTest, AsksEvery50msUntilTheAddressAnswers_PRD10) {
  world_.ready_after = 1s;
  EXPECT_EQ(start({command()}), "");
  EXPECT_EQ(clock_.now(), 1s);
  EXPECT_EQ(world_.asked, 1 + 21);
}

TEST_F(SetupTest, CommandRunsInItsFolderWithItsEnvironment_PRD10) {
  auto one = command();
  one.directory = "suites";
  one.env = {{"A", "1"}};
  EXPECT_EQ(start({one}), "");
  ASSERT_EQ(options_.size(), 1u);
  EXPECT_EQ(options_[0].directory, "suites");
  EXPECT_EQ(options_[0].env, one.env);
  EXPECT_FALSE(options_[0].pipe_stdio);
}

TEST_F(SetupTest, CommandWithoutAddressIsReadyAtOnce_PRD10) {
  auto one = command();
  one.ready.clear();
  EXPECT_EQ(start({one}), "");
  EXPECT_EQ(world_.asked, 0);
}

TEST_F(SetupTest, AddressThatAnswersBeforeTheStartIsAnError_PRD10) {
  world_.occupied = true;
  world_.status = 404;
  EXPECT_EQ(start({command()}), "setup \"agent --port 8080\" (a.yaml:3:5): something already answers at http://127.0.0.1:8080/health");
  EXPECT_FALSE(world_.started);
}

TEST_F(SetupTest, ProcessThatEndsFirstIsAnErrorWithItsLastWords_PRD10) {
  world_.ready_after = 1h;
  world_.ends_after = 200ms;
  EXPECT_EQ(start({command()}), "setup \"agent --port 8080\" (a.yaml:3:5): it ended with exit code 3 before it was ready: port is taken");
  EXPECT_EQ(clock_.now(), 200ms);
}

TEST_F(SetupTest, NeverReadyIsAnErrorAfterTheTimeout_PRD10) {
  world_.ready_after = 1h;
  EXPECT_THAT(start({command()}), HasSubstr("http://127.0.0.1:8080/health did not answer within 20.0 s; it last said: port is taken"));
  EXPECT_EQ(clock_.now(), 20s);
}

TEST_F(SetupTest, AnswerOutside2xxIsNotReady_PRD10) {
  world_.status = 503;
  EXPECT_THAT(start({command()}), HasSubstr("did not answer"));
}

TEST_F(SetupTest, LastStartedIsStoppedFirst_PRD10) {
  auto first = command("first");
  auto second = command("second");
  first.ready.clear(), second.ready.clear();
  EXPECT_EQ(start({first, second}), "");
  stop();
  EXPECT_THAT(world_.stopped, ElementsAre("second", "first"));
}

}  // namespace
}  // namespace antiphon::suite
