#include "antiphon/scenario/checks/check.hpp"

#include "antiphon/base/error.hpp"
#include "antiphon/scenario/checks/evaluators.hpp"

namespace antiphon {

namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

std::string_view text_kind(TextCheck::Kind kind) {
  switch (kind) {
    case TextCheck::Kind::contains: return "contains";
    case TextCheck::Kind::not_contains: return "not_contains";
    case TextCheck::Kind::regex: return "regex";
    case TextCheck::Kind::equals: return "equals";
  }
  return "contains";
}

}  // namespace

std::string_view Check::kind() const {
  return std::visit(
      Overloaded{[](const TextCheck& check) { return text_kind(check.kind); }, [](const JsonSchemaCheck&) { return std::string_view("json_schema"); },
                 [](const ToolCalledCheck&) { return std::string_view("tool_called"); },
                 [](const ToolNotCalledCheck&) { return std::string_view("tool_not_called"); },
                 [](const ToolOrderCheck&) { return std::string_view("tool_order"); }, [](const TurnsCheck&) { return std::string_view("turns"); },
                 [](const LatencyCheck&) { return std::string_view("latency"); }, [](const CompletedCheck&) { return std::string_view("completed"); },
                 [](const SimilarCheck&) { return std::string_view("similar"); }, [](const LanguageCheck&) { return std::string_view("language"); },
                 [](const PiiCheck&) { return std::string_view("pii"); }, [](const TimeToFirstAudioCheck&) { return std::string_view("time_to_first_audio"); },
                 [](const InterruptionCheck&) { return std::string_view("interruption"); }, [](const SilenceCheck&) { return std::string_view("silence"); },
                 [](const OverlapCheck&) { return std::string_view("overlap"); }, [](const TalkRatioCheck&) { return std::string_view("talk_ratio"); },
                 [](const HeardCheck&) { return std::string_view("heard"); },
                 [](const CustomCheck& check) { return check.kind.empty() ? std::string_view("custom") : std::string_view(check.kind); }},
      what);
}

CheckResult evaluate(const Check& check, const CheckScope& scope) {
  auto result =
      std::visit(Overloaded{[&](const CustomCheck& custom) { return custom.evaluate(scope); }, [&](const auto& kind) { return checks::evaluate(kind, scope); }},
                 check.what);
  if (result.kind.empty()) result.kind = check.kind();
  result.line = check.line;
  return result;
}

Check contains(std::string text) { return {TextCheck{.kind = TextCheck::Kind::contains, .text = std::move(text)}}; }
Check not_contains(std::string text) { return {TextCheck{.kind = TextCheck::Kind::not_contains, .text = std::move(text)}}; }
Check matches(std::string pattern) { return {TextCheck{.kind = TextCheck::Kind::regex, .text = std::move(pattern)}}; }
Check tool_called(std::string name, std::optional<json::value> arguments) { return {ToolCalledCheck{std::move(name), std::move(arguments), {}}}; }
Check tool_not_called(std::string name) { return {ToolNotCalledCheck{std::move(name)}}; }
Check tool_order(std::vector<std::string> names) { return {ToolOrderCheck{std::move(names)}}; }
Check turns_at_most(int turns) { return {TurnsCheck{.at_most = turns}}; }
Check similar(std::string to, double at_least) { return {SimilarCheck{.to = std::move(to), .at_least = at_least}}; }
Check language(std::string code) { return {LanguageCheck{.code = std::move(code)}}; }
Check no_pii(std::vector<std::string> kinds, std::vector<std::string> allow) { return {PiiCheck{.absent = std::move(kinds), .allow = std::move(allow)}}; }
Check completed(std::vector<std::string> slots) { return {CompletedCheck{std::move(slots)}}; }

bool is_about_a_call(const Check& check) {
  return std::visit(Overloaded{[](const TimeToFirstAudioCheck&) { return true; }, [](const InterruptionCheck&) { return true; },
                               [](const SilenceCheck&) { return true; }, [](const OverlapCheck&) { return true; }, [](const TalkRatioCheck&) { return true; },
                               [](const HeardCheck&) { return true; }, [](const auto&) { return false; }},
                    check.what);
}
Check time_to_first_audio(TimeToFirstAudioCheck limits) { return {limits}; }
Check stops_within(Duration limit) { return {InterruptionCheck{.stops_within = limit}}; }
Check interruption(InterruptionCheck limits) { return {limits}; }
Check silence_at_most(Duration limit) { return {SilenceCheck{limit}}; }
Check overlap_at_most(Duration limit) { return {OverlapCheck{limit}}; }
Check talk_ratio(TalkRatioCheck limits) { return {limits}; }
Check heard(HeardCheck limits) { return {std::move(limits)}; }

}  // namespace antiphon
