#include "antiphon/gateway/evaluation/evaluation.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "antiphon/base/task_group.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/gateway/config/spoken_locales.hpp"

namespace antiphon::gateway {

GatewayConfig without_callers(GatewayConfig config) {
  config.providers.ears = {StubEarSettings{}};
  config.providers.voices = {StubVoiceSettings{}};
  config.webhook.reset();
  config.breaker.failure_threshold = std::numeric_limits<int>::max();
  return config;
}

Evaluation::Evaluation(Runtime& runtime, std::shared_ptr<ServedAgent> agent, std::vector<EvaluationScenario> scenarios, EvaluationOptions options)
    : runtime_(runtime), agent_(std::move(agent)), scenarios_(std::move(scenarios)), options_(std::move(options)), results_(scenarios_.size()) {}

Task<std::vector<ScenarioEvaluation>> Evaluation::run() {
  try {
    co_await stopping_->run(play_all());
  } catch (...) {
    if (!stopping_->stopped()) throw;
  }
  std::vector<ScenarioEvaluation> played;
  for (auto& result : results_)
    if (result) played.push_back(std::move(*result));
  co_return played;
}

Task<> Evaluation::play_all() {
  const auto workers = runtime_.clock.is_virtual() ? 1 : std::min(options_.at_once, scenarios_.size());
  std::vector<Task<>> all;
  for (std::size_t i = 0; i < workers; ++i) all.push_back(work());
  co_await at_once(std::move(all));
}

Task<> Evaluation::work() {
  while (next_ < scenarios_.size()) co_await play(next_++);
}

Task<> Evaluation::play(std::size_t index) {
  auto scenario = scenarios_[index];
  scenario.locale = spoken_locale(scenario.locale);
  const auto parts = ServedAgent::parts_for(agent_, {.caller_id = scenario.caller_id, .locale = scenario.locale}, index);
  EvaluatedCall call(runtime_, *parts.dialogue, std::move(scenario), fmt::format("eval_{}", index + 1), options_.call);
  auto result = co_await call.play();
  if (options_.measure) co_await options_.measure(result, call.session());
  results_[index] = std::move(result);
  tell();
}

std::string Evaluation::spoken_locale(const std::string& asked) const {
  auto [locale, match] = choose_locale(spoken_locales(agent_->policy(), agent_->config().locale), asked);
  if (match != LocaleChoice::Match::asked && options_.log) options_.log(fmt::format("the locale {} is not spoken here: {} is", quote(asked), locale));
  return std::move(locale);
}

void Evaluation::tell() {
  for (; told_ < results_.size() && results_[told_]; ++told_)
    if (options_.on_result) options_.on_result(*results_[told_]);
}

}  // namespace antiphon::gateway
