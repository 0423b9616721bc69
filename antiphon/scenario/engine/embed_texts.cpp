#include "antiphon/providers/embed/taped.hpp"
#include "antiphon/scenario/checks/evaluators.hpp"
#include "antiphon/scenario/engine/blame.hpp"
#include "antiphon/scenario/engine/scenario_run.hpp"

namespace antiphon {

using namespace std::chrono_literals;

// What a server answered is on the cassette, like the answers of models; it takes no time of the conversation's either.
Task<Embedded> ScenarioRun::embed(std::vector<std::string> texts) {
  const auto cassette = embed::asks_a_server(scenario_.embedding) ? memory_.calls().cassette : nullptr;
  if (!cassette) co_return co_await compute(std::move(texts));
  const auto asked = embed::asked(scenario_.embedding, texts, cassette->secrets());
  vectors_.embedder = scenario_.embedding.model;
  if (const auto known = cassette->take(asked)) co_return embed::answer_from(*known, texts.size());
  const auto place = cassette->reserve(asked);
  RecordedCall call{.kind = asked.kind, .key = asked.key, .role = asked.role};
  std::exception_ptr failure;
  try {
    auto embedded = co_await compute(std::move(texts));
    call.answer = embed::answer_json(embedded);
    cassette->keep(place, std::move(call));
    co_return embedded;
  } catch (const Error& error) {
    call.failure = error;
    failure = std::current_exception();
  }
  cassette->keep(place, std::move(call));
  std::rethrow_exception(failure);
}

Task<Embedded> ScenarioRun::compute(std::vector<std::string> texts) {
  const auto limit = turn_limit();
  const auto embedder = place_.embedders.open(scenario_.embedding);
  vectors_.embedder = embedder->name();
  const std::function<Embedded(std::stop_token)> work = [embedder, texts, limit](std::stop_token stop) {
    return embedder->embed(texts, limit, std::move(stop));
  };
  co_return co_await watchdog_.guard(limit + 1s, place_.runtime.blocking.run<Embedded>(clock(), work));
}

// Off the thread of the run, whose clock stands still meanwhile: comparing takes no time of the conversation's.
Task<> ScenarioRun::embed_what_is_compared(const Check& check, bool in_script) {
  const auto* similar = std::get_if<SimilarCheck>(&check.what);
  if (!similar) co_return;
  const auto texts = vectors_.missing(checks::compared_texts(*similar, scope(in_script)));
  if (texts.empty()) co_return;
  auto embedded = co_await embed(texts);
  vectors_.add(texts, std::move(embedded.vectors));
  if (embedded.usage.calls == 0) co_return;
  const auto price = EmbedderRegistry::price(scenario_.embedding);
  meter_.add("check", scenario_.embedding.model, embedded.usage, price ? std::optional(cost_usd(*price, embedded.usage)) : std::nullopt);
}

// What cannot be compared makes the run an error of whoever kept it from that, unless it is one already.
Task<> ScenarioRun::embed_what_is_compared() {
  // Nobody waits for comparisons of a run that could not be done; what the agent did until it broke off is compared still.
  if (ending_.error && ending_.error->party != Party::agent) co_return;
  for (const auto& check : scenario_.checks) {
    std::exception_ptr failure;
    try {
      watchdog_.forgive();
      co_await embed_what_is_compared(check, false);
    } catch (...) {
      failure = std::current_exception();
    }
    if (!failure) continue;
    if (!ending_.error) record_failure(failure);
    co_return;
  }
}

}  // namespace antiphon
