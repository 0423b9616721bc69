#include "antiphon/gym/conformance/conformance.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "antiphon/base/task_group.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/gym/conformance/probe.hpp"
#include "antiphon/protocol/layercode/signature.hpp"

namespace antiphon::gym {

namespace {

using Verdict = Finding::Verdict;
using Judged = std::pair<Verdict, std::string>;

constexpr auto stale_by = std::chrono::minutes(10);
constexpr auto time_to_notice = std::chrono::milliseconds(500);  // that a client is gone

Judged holds() { return {Verdict::holds, ""}; }
Judged fails(std::string seen) { return {Verdict::fails, std::move(seen)}; }
Judged warning(std::string seen) { return {Verdict::warning, std::move(seen)}; }

std::string turn_of(const layercode::ReplyEvent& event) {
  return std::visit(
      [](const auto& known) -> std::string {
        if constexpr (requires { known.turn_id; }) return known.turn_id;
        return {};
      },
      event);
}

bool needs_turn(const layercode::ReplyEvent& event) { return !std::holds_alternative<layercode::ReplyError>(event); }

/// What is wrong with an answer that should be whole; empty: nothing.
std::string flaw_of(const ProbeAnswer& answer) {
  if (answer.error || !answer.accepted()) return answer.outcome();
  for (const auto& event : answer.events)
    if (const auto* error = std::get_if<layercode::ReplyError>(&event)) return "it says that it failed: " + cut(error->error, 200);
  if (answer.bad_events > 0) return fmt::format("{} events that could not be read", answer.bad_events);
  if (!answer.ended) return "the reply ended without response.end";
  if (answer.events_behind_end > 0) return fmt::format("{} events behind response.end", answer.events_behind_end);
  return {};
}

/// All that follows will fail for the same reason.
std::string_view likely_cause(int status) {
  if (status == 401 || status == 403) return ": does the backend know the same secret?";
  if (status == 404 || status == 405) return ": is this the path of the webhook?";
  return "";
}

class Checks {
 public:
  Checks(Runtime& runtime, net::HttpClient& http, ConformanceSettings settings)
      : clock_(runtime.clock), settings_(std::move(settings)), probe_(runtime, http, settings_.url, settings_.timeout) {
    report_.url = settings_.url;
  }

  Task<ConformanceReport> run() {
    if (!co_await reach()) co_return std::move(report_);
    co_await signatures();
    co_await replies();
    co_await lifecycle();
    co_return std::move(report_);
  }

 private:
  // --- Requests ---

  std::int64_t now() const { return std::chrono::duration_cast<std::chrono::seconds>(settings_.wall_time().time_since_epoch()).count(); }
  std::string new_turn() { return fmt::format("turn-{}-{}", settings_.conversation_id, ++turns_); }
  std::string body_of(layercode::WebhookEvent event) const {
    return layercode::write_webhook(
        {.event = std::move(event), .session_id = "session-" + settings_.conversation_id, .conversation_id = settings_.conversation_id}, settings_.shape);
  }
  std::string message_body(std::string turn_id) const { return body_of(layercode::MessageEvent{std::move(turn_id), settings_.message}); }
  std::string sign(std::string_view body) const { return layercode::sign_webhook(settings_.secret, body, now()); }
  Task<ProbeAnswer> send(std::string body) {
    auto signature = sign(body);
    co_return co_await probe_.send({std::move(body), std::move(signature)});
  }

  void found(std::string id, std::string claim, Judged judged) {
    report_.findings.push_back({std::move(id), std::move(claim), judged.first, std::move(judged.second)});
    if (settings_.on_finding) settings_.on_finding(report_.findings.back());
  }

  // --- Claims ---

  Task<bool> reach() {
    const auto turn = new_turn();
    const auto answer = co_await send(body_of(layercode::SessionStartEvent{turn}));
    report_.reached = answer.status != 0;
    found("accepts-signed", "a signed session.start is accepted",
          answer.accepted() && !answer.error ? holds() : fails(answer.outcome() + std::string(likely_cause(answer.status))));
    if (report_.reached && !answer.events.empty()) judge_reply("greeting", "a greeting", turn, answer);
    co_return report_.reached;
  }

  Task<> signatures() {
    const auto body = message_body(new_turn());
    const auto refuses = [](const ProbeAnswer& answer) -> Judged {
      if (answer.refused()) return holds();
      return fails(answer.accepted() ? "it was accepted with " + answer.outcome() : answer.outcome() + " is no refusal (401)");
    };
    found("refuses-unsigned", "a request without a signature is refused", refuses(co_await probe_.send({body})));
    found("refuses-malformed", "a signature that is none is refused", refuses(co_await probe_.send({body, "v1=abc"})));
    found("refuses-other-secret", "a signature by another secret is refused",
          refuses(co_await probe_.send({body, layercode::sign_webhook(settings_.secret + "x", body, now())})));
    auto changed = body;
    changed.replace(changed.find(settings_.conversation_id), 1, "X");
    found("refuses-changed", "a body that was changed by a byte is refused", refuses(co_await probe_.send({changed, sign(body)})));
    const auto old = now() - std::chrono::duration_cast<std::chrono::seconds>(stale_by).count();
    found("refuses-stale", "a signature of ten minutes ago is refused",
          refuses(co_await probe_.send({body, layercode::sign_webhook(settings_.secret, body, old)})));
    co_await raw_bytes();
  }

  /// Whoever parses a body and writes it again before checking refuses bytes that are signed well, and accepts others.
  Task<> raw_bytes() {
    auto compact = message_body(new_turn());
    auto spaced = compact;
    spaced.insert(1, " ");
    const auto signed_well = co_await send(spaced);
    const auto signed_otherwise = co_await probe_.send({spaced, sign(compact)});
    Judged judged = holds();
    if (!signed_well.accepted())
      judged = fails("white space in a well signed body: " + signed_well.outcome());
    else if (!signed_otherwise.refused())
      judged = fails("a body whose bytes are not the signed ones: " + signed_otherwise.outcome());
    found("checks-raw-bytes", "signatures are checked over the bytes as they came", std::move(judged));
  }

  void judge_reply(const std::string& id, const std::string& what, const std::string& turn, const ProbeAnswer& answer) {
    const auto flaw = flaw_of(answer);
    found(id + "-ends", what + " ends with response.end, and nothing follows it", flaw.empty() ? holds() : fails(flaw));
    std::string strange;
    bool missing = false;
    for (const auto& event : answer.events) {
      if (!needs_turn(event)) continue;
      const auto its = turn_of(event);
      missing |= its.empty();
      if (!its.empty() && its != turn) strange = its;
    }
    Judged judged = holds();
    if (!strange.empty())
      judged = fails(fmt::format("an event has the turn_id {} instead of {}", quote(cut(strange, 60)), quote(turn)));
    else if (missing)
      judged = fails("an event has no turn_id");
    else if (answer.events.empty())
      judged = {Verdict::untested, "there was no event"};
    found(id + "-turn-id", "each event of " + what + " has the webhook's turn_id", std::move(judged));
  }

  Task<> replies() {
    const auto turn = new_turn();
    const auto body = message_body(turn);
    const auto signature = sign(body);
    const auto first = co_await probe_.send({body, signature});
    judge_reply("message", "the answer to a message", turn, first);
    found("message-speaks", "a message is answered in words or data",
          !first.words().empty() || !first.data().empty() ? holds() : warning("neither response.tts nor response.data came"));
    co_await duplicate(first, co_await probe_.send({body, signature}));
    co_await side_by_side();
    co_await interrupted();
    co_await aborted();
  }

  /// The same bytes with the same signature, as they come when a network delivers twice.
  Task<> duplicate(const ProbeAnswer& first, const ProbeAnswer& second) {
    const auto flaw = flaw_of(second);
    found("duplicate-answered", "a webhook that is delivered twice is answered whole again", flaw.empty() ? holds() : fails(flaw));
    if (flaw.empty())
      found("duplicate-acts-once", "a webhook that is delivered twice is acted on once",
            first.words() == second.words() && first.data() == second.data() ? holds()
                                                                             : warning("the second answer is another one: the backend may have acted twice"));
    co_return;
  }

  Task<> side_by_side() {
    std::vector<std::string> turns{new_turn(), new_turn(), new_turn()};
    std::vector<ProbeAnswer> answers(turns.size());
    std::vector<Task<>> tasks;
    for (std::size_t i = 0; i < turns.size(); ++i) tasks.push_back(keep(send(message_body(turns[i])), answers[i]));
    co_await at_once(std::move(tasks));
    Judged judged = holds();
    for (std::size_t i = 0; i < turns.size(); ++i) {
      if (const auto flaw = flaw_of(answers[i]); !flaw.empty()) judged = fails(flaw);
      for (const auto& event : answers[i].events)
        if (needs_turn(event) && turn_of(event) != turns[i]) judged = fails("an answer has the turn_id of another");
    }
    found("side-by-side", "three messages at once are answered each for itself", std::move(judged));
  }
  static Task<> keep(Task<ProbeAnswer> task, ProbeAnswer& answer) { answer = co_await std::move(task); }

  Task<> interrupted() {
    const auto answer =
        co_await send(body_of(layercode::MessageEvent{new_turn(), settings_.message, layercode::InterruptionContext{true, 2, "Your parcel", "turn-before"}}));
    const auto flaw = flaw_of(answer);
    found("interruption", "a message with an interruption_context is answered whole", flaw.empty() ? holds() : fails(flaw));
  }

  Task<> aborted() {
    auto body = message_body(new_turn());
    auto signature = sign(body);
    const auto cut = co_await probe_.send({std::move(body), std::move(signature), true});
    co_await clock_.sleep_for(time_to_notice);
    const auto flaw = flaw_of(co_await send(message_body(new_turn())));
    Judged judged = flaw.empty() ? holds() : fails("the message behind it: " + flaw);
    if (flaw.empty() && !cut.cut) judged = {Verdict::untested, "no event came at which the request could be cut"};
    found("abort", "a request that is cut at its first event does no harm to the next", std::move(judged));
  }

  Task<> lifecycle() {
    const auto accepts = [](const ProbeAnswer& answer) { return answer.accepted() && !answer.error ? holds() : fails(answer.outcome()); };
    found("data", "data of a client is accepted", accepts(co_await send(body_of(layercode::DataEvent{new_turn(), {{"antiphon", "conformance"}}}))));
    found("session-update", "session.update, which has no turn_id, is accepted",
          accepts(co_await send(body_of(layercode::SessionUpdateEvent{.recording_status = "failed", .error_message = "a conformance check"}))));
    co_await unknown();
    co_await malformed();
    const auto time = utc_text(settings_.wall_time());
    found("session-end", "session.end, which has no turn_id, is accepted",
          accepts(co_await send(body_of(layercode::SessionEndEvent{
              .agent_id = "conformance", .started_at = time, .ended_at = time, .transcript = {{"user", settings_.message, now() * 1000}}}))));
  }

  Task<> unknown() {
    const auto answer = co_await send(body_of(layercode::UnknownEvent{"session.conformance"}));
    const bool fine = !answer.error && (answer.accepted() || answer.refused());
    found("unknown-type", "a webhook of a type to come is accepted or refused", fine ? holds() : fails(answer.outcome()));
  }

  Task<> malformed() {
    const auto answer = co_await send("{\"type\":");
    Judged judged = holds();
    if (answer.accepted())
      judged = fails("it was accepted with " + answer.outcome());
    else if (answer.status == 0)
      judged = fails(answer.outcome());
    else if (!answer.refused())
      judged = warning(answer.outcome() + " instead of 400");
    found("malformed-body", "a signed body that is no JSON is refused", std::move(judged));
  }

  Clock& clock_;
  ConformanceSettings settings_;
  Probe probe_;
  ConformanceReport report_;
  int turns_ = 0;
};

Task<ConformanceReport> run_checks(std::unique_ptr<Checks> checks) { co_return co_await checks->run(); }

}  // namespace

std::string_view to_string(Finding::Verdict verdict) {
  switch (verdict) {
    case Verdict::holds: return "holds";
    case Verdict::fails: return "fails";
    case Verdict::warning: return "warning";
    case Verdict::untested: break;
  }
  return "untested";
}

std::size_t ConformanceReport::count(Finding::Verdict verdict) const {
  return static_cast<std::size_t>(std::ranges::count(findings, verdict, &Finding::verdict));
}

json::object to_json(const ConformanceReport& report) {
  json::array checks;
  for (const auto& finding : report.findings) {
    json::object entry{{"id", finding.id}, {"claim", finding.claim}, {"verdict", to_string(finding.verdict)}};
    if (!finding.detail.empty()) entry["detail"] = finding.detail;
    checks.push_back(std::move(entry));
  }
  return {{"schema", "antiphon.gym-check/1"},
          {"url", report.url},
          {"conforms", report.conforms()},
          {"reached", report.reached},
          {"held", report.count(Verdict::holds)},
          {"failed", report.count(Verdict::fails)},
          {"warnings", report.count(Verdict::warning)},
          {"checks", std::move(checks)}};
}

Task<ConformanceReport> check_backend(Runtime& runtime, net::HttpClient& http, ConformanceSettings settings) {
  return run_checks(std::make_unique<Checks>(runtime, http, std::move(settings)));
}

}  // namespace antiphon::gym
