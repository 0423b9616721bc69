#include "antiphon/providers/llm/retry.hpp"

#include <cmath>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"

namespace antiphon {

namespace {

bool may_pass(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::rate_limited:
    case ErrorKind::unavailable:
    case ErrorKind::refused:
    case ErrorKind::closed:
    case ErrorKind::timeout: return true;
    default: return false;
  }
}

bool is_providers(ErrorKind kind) { return kind != ErrorKind::cancelled && kind != ErrorKind::configuration && kind != ErrorKind::internal; }

/// A stream whose first piece was read already.
class BegunStream final : public ChatStream {
 public:
  BegunStream(std::unique_ptr<ChatStream> inner, std::optional<ChatDelta> first) : inner_(std::move(inner)), first_(std::move(first)), ended_(!first_) {}

  Task<std::optional<ChatDelta>> next(Deadline deadline) override {
    if (first_) co_return std::exchange(first_, std::nullopt);
    if (ended_) co_return std::nullopt;
    std::optional<Error> failed;
    try {
      auto piece = co_await inner_->next(deadline);
      ended_ = !piece;
      co_return piece;
    } catch (const Error& error) {
      failed = error;
    }
    throw after_tries(*failed, 1);
  }
  ChatResponse response() const override { return inner_->response(); }

 private:
  std::unique_ptr<ChatStream> inner_;
  std::optional<ChatDelta> first_;
  bool ended_;
};

}  // namespace

std::optional<Duration> wait_after(const Error& error, int tried, double uniform, const RetryRules& rules) {
  if (!may_pass(error.kind()) || tried >= rules.tries) return std::nullopt;
  if (const auto asked = error.retry_after()) return *asked > rules.longest_asked ? std::nullopt : std::optional(Duration(*asked));
  const double factor = std::exp2(tried - 1) * (1 + rules.jitter * (2 * uniform - 1));
  return Duration(std::llround(static_cast<double>(rules.first_wait.count()) * factor));
}

Error after_tries(const Error& error, int tried) {
  const auto message = tried > 1 ? fmt::format("{} (after {} tries)", error.message(), tried) : error.message();
  auto plain = Error(error.kind(), message).with_hint(error.hint()).with_retry_after(error.retry_after());
  const bool blamed = error.party() || is_providers(error.kind());
  auto named = blamed ? Error(std::move(plain).with_party(error.party().value_or(Party::provider))) : Error(std::move(plain));
  return error.status() ? Error(std::move(named).with_status(*error.status())) : named;
}

Task<> Retries::wait_or_throw(Error error, int tried, std::string role, Deadline deadline) {
  const auto wait = wait_after(error, tried, jitter_.of(role).uniform(), rules_);
  if (!wait || *wait >= deadline.left(clock_)) throw after_tries(error, tried);
  co_await clock_.sleep_for(*wait);
}

RetryingModel::RetryingModel(std::unique_ptr<LanguageModel> inner, Clock& clock, std::uint64_t seed, std::string scenario_id, RetryRules rules)
    : inner_(std::move(inner)), retries_(clock, RoleStreams(seed, std::move(scenario_id), "retry " + inner_->name()), rules) {}

Task<ChatResponse> RetryingModel::complete(ChatRequest request, Deadline deadline) {
  auto role = request.tags.role;
  return retries_.run([this, request = std::move(request), deadline] { return inner_->complete(request, deadline); }, std::move(role), deadline);
}

Task<std::unique_ptr<ChatStream>> RetryingModel::begin(ChatRequest request, Deadline deadline) {
  auto stream = co_await inner_->stream(std::move(request), deadline);
  auto first = co_await stream->next(deadline);
  co_return std::make_unique<BegunStream>(std::move(stream), std::move(first));
}

Task<std::unique_ptr<ChatStream>> RetryingModel::stream(ChatRequest request, Deadline deadline) {
  auto role = request.tags.role;
  return retries_.run([this, request = std::move(request), deadline] { return begin(request, deadline); }, std::move(role), deadline);
}

}  // namespace antiphon
