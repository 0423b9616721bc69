#pragma once

#include <gtest/gtest.h>
#include <antiphon/antiphon.hpp>
#include <antiphon/net/process.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <memory>
#include <string>

/// The agent of examples/demo as a process, on a port that the system chose, for as long as the tests of a program run.
class SupportAgent : public testing::Environment {
 public:
  /// Registered with GoogleTest, which owns it, starts it before the first test and stops it after the last.
  static const SupportAgent* for_all_tests() {
    auto* agent = new SupportAgent;
    testing::AddGlobalTestEnvironment(agent);
    return agent;
  }

  /// Where its chat API is; valid once the tests run.
  const std::string& url() const { return url_; }

 private:
  void SetUp() override {
    process_ = antiphon::net::start_process(runtime_, {.argv = {"python3", SUPPORT_AGENT, "--fixed", "--port", "0"}});
    const auto line = wait_for(process_->read_line(antiphon::Deadline::after(clock_, std::chrono::seconds(20))));
    const std::string announced = "listening on ";
    ASSERT_TRUE(line && line->starts_with(announced)) << process_->error_output();
    url_ = "http://" + line->substr(announced.size()) + "/v1";
  }

  void TearDown() override {
    if (process_) wait_for(process_->stop(std::chrono::seconds(5)));
    process_.reset();
  }

  template <class T>
  T wait_for(antiphon::Task<T> task) {
    auto result = boost::asio::co_spawn(context_, std::move(task), boost::asio::use_future);
    context_.restart();
    while (result.wait_for(std::chrono::seconds(0)) != std::future_status::ready) context_.run_one();
    return result.get();
  }

  boost::asio::io_context context_;
  antiphon::WallClock clock_{context_};
  antiphon::BlockingPool blocking_;
  antiphon::Runtime runtime_{context_.get_executor(), clock_, blocking_};
  std::unique_ptr<antiphon::net::Process> process_;
  std::string url_;
};
