#pragma once

#include <memory>
#include <optional>
#include <string>
#include <type_traits>

#include "antiphon/base/clock.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/providers/llm/language_model.hpp"
#include "antiphon/providers/llm/role_streams.hpp"

namespace antiphon {

/// When to ask again (contracts.md §3): three tries, 0.5 s then 1 s apart, each ± 25 %, or as long as the server asks.
struct RetryRules {
  int tries = 3;
  Duration first_wait = std::chrono::milliseconds(500);  ///< doubles
  double jitter = 0.25;
  Duration longest_asked = std::chrono::seconds(30);  ///< a server that asks for more is an error at once
};

/// How long to wait after try number `tried` (from 1) failed with `error`; nullopt: the error stands. `uniform` is in [0, 1).
std::optional<Duration> wait_after(const Error& error, int tried, double uniform, const RetryRules& rules);

/// `error` as it leaves after so many tries: with party provider, saying how many there were.
Error after_tries(const Error& error, int tried);

/// Asks again as the rules say. Belongs to one executor; outlives what it runs.
class Retries {
 public:
  Retries(Clock& clock, RoleStreams jitter, RetryRules rules) : clock_(clock), jitter_(std::move(jitter)), rules_(rules) {}

  /// What `ask` gives in the end; each call of it is one try. @throws Error as `after_tries` says.
  template <class Ask>
  std::invoke_result_t<Ask&> run(Ask ask, std::string role, Deadline deadline) {
    for (int tried = 1;; ++tried) {
      std::optional<Error> failed;
      try {
        co_return co_await ask();
      } catch (const Error& error) {
        failed = error;
      }
      co_await wait_or_throw(std::move(*failed), tried, role, deadline);
    }
  }

 private:
  /// Sleeps before the next try, or throws what leaves.
  Task<> wait_or_throw(Error error, int tried, std::string role, Deadline deadline);

  Clock& clock_;
  RoleStreams jitter_;
  RetryRules rules_;
};

/// Asks a model again after errors that may pass: rate limits, 5xx, and connections that fail or break. A stream is asked again only until
/// its first piece is there. Errors leave with party provider, and say how many tries there were.
class RetryingModel final : public LanguageModel {
 public:
  RetryingModel(std::unique_ptr<LanguageModel> inner, Clock& clock, std::uint64_t seed, std::string scenario_id, RetryRules rules = {});

  Task<ChatResponse> complete(ChatRequest request, Deadline deadline) override;
  Task<std::unique_ptr<ChatStream>> stream(ChatRequest request, Deadline deadline) override;
  const std::string& name() const override { return inner_->name(); }

 private:
  Task<std::unique_ptr<ChatStream>> begin(ChatRequest request, Deadline deadline);

  std::unique_ptr<LanguageModel> inner_;
  Retries retries_;
};

}  // namespace antiphon
