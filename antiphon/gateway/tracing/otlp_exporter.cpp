#include "antiphon/gateway/tracing/otlp_exporter.hpp"

#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/limit.hpp"

namespace antiphon::gateway {

namespace {

constexpr Duration longest_retry_after = std::chrono::minutes(1);

// As OTLP says: these pass, others do not.
bool may_pass(int status) { return status == 429 || status == 502 || status == 503 || status == 504; }

Duration retry_after_of(const net::HttpReply& reply) {
  const auto text = net::find_header(reply.headers, "retry-after").value_or("");
  int seconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return std::min<Duration>(std::chrono::seconds(std::max(seconds, 0)), longest_retry_after);
}

}  // namespace

OtlpExporter::OtlpExporter(Runtime& runtime, net::HttpClient& client, OtlpSettings settings)
    : runtime_(runtime), client_(client), settings_(std::move(settings)) {
  settings_.headers.emplace_back("Content-Type", "application/json");
}

void OtlpExporter::add(trace::FinishedTrace trace) {
  if (waiting_.size() >= settings_.most_waiting) {
    ++dropped_;
    return;
  }
  waiting_.push_back(std::move(trace));
  changed_.beat();
}

Task<> OtlpExporter::run() {
  for (;;) {
    while (waiting_.empty()) co_await changed_.wait();
    sending_ = true;
    co_await gather();
    co_await send_batch();
    sending_ = false;
    changed_.beat();
  }
}

/// Until a batch is full, its time is over, or somebody wants it sent.
Task<> OtlpExporter::gather() {
  const auto due = runtime_.clock.now() + settings_.delay;
  const ScopedAlarm alarm(runtime_.clock, due, [this] { changed_.beat(); });
  while (!flushing_ && waiting_.size() < settings_.batch && runtime_.clock.now() < due) co_await changed_.wait();
}

Task<> OtlpExporter::send_batch() {
  std::vector<trace::FinishedTrace> batch;
  while (!waiting_.empty() && batch.size() < settings_.batch) {
    batch.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  const auto count = batch.size();
  // Beside the executor: thousands of spans take milliseconds that a call would miss.
  auto body = co_await runtime_.blocking.run<std::string>(runtime_.clock, [resource = settings_.resource, batch = std::move(batch)](std::stop_token) {
    return json::serialize(trace::otlp_request(resource, batch));
  });
  const auto error = co_await deliver(std::move(body));
  (error.empty() ? sent_ : dropped_) += count;
  if (!error.empty() && settings_.on_failure) settings_.on_failure(fmt::format("traces of {} calls are lost: {}", count, error));
}

/// Why it never arrived; empty: it did.
Task<std::string> OtlpExporter::deliver(std::string body) {
  auto wait = settings_.first_retry;
  for (int tried = 1;; ++tried, wait *= 2) {
    const auto outcome = co_await send_once(body);
    if (outcome.error.empty() || !outcome.may_pass || tried >= settings_.tries) co_return outcome.error;
    co_await runtime_.clock.sleep_for(std::max(wait, outcome.retry_after));
  }
}

Task<OtlpExporter::Outcome> OtlpExporter::send_once(std::string body) {
  try {
    const auto reply = co_await client_.send({.url = settings_.url, .headers = settings_.headers, .body = std::move(body), .tls = settings_.tls},
                                             Deadline::after(runtime_.clock, settings_.timeout));
    if (reply.status < 300) co_return Outcome{};
    co_return Outcome{fmt::format("{} answered {}", settings_.url, reply.status), may_pass(reply.status), retry_after_of(reply)};
  } catch (const Error& error) {
    co_return Outcome{error.message(), true};
  }
}

Task<> OtlpExporter::flush(Deadline deadline) {
  flushing_ = true;
  changed_.beat();
  try {
    co_await at_most(runtime_.clock, deadline, until_idle(), Error(ErrorKind::timeout, "traces are left"));
  } catch (const Error&) {}
  flushing_ = false;
}

Task<> OtlpExporter::until_idle() {
  while (sending_ || !waiting_.empty()) co_await changed_.wait();
}

}  // namespace antiphon::gateway
