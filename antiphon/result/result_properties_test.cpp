#include <gtest/gtest.h>

#include "antiphon/base/random.hpp"
#include "antiphon/result/result.hpp"
#include "antiphon/result/sample_test.hpp"

namespace antiphon {
namespace {

/// Results of any shape, the same for the same seed.
class Results {
 public:
  explicit Results(std::uint64_t seed) : random_(seed) {}

  BatchResult batch() {
    auto batch = batch_of({});
    for (auto i = random_.below(4); i > 0; --i) batch.scenarios.push_back(scenario());
    return batch;
  }

 private:
  bool yes() { return random_.below(2) == 0; }
  // In thousandths: of longer fractions the parser may miss the last binary digit.
  double fraction() { return static_cast<double>(random_.below(10'000'000)) / 1000; }
  int number() { return static_cast<int>(random_.below(1000)); }

  std::string text() {
    static const std::vector<std::string> pieces{"a",  "\"",        "\\", "\n", "\t", std::string(1, '\0'), "\x1f", "é", "\u2028", "漢",
                                                 "😀", "</script>", "{",  ",",  " "};
    std::string text;
    for (auto i = random_.below(8); i > 0; --i) text += pieces[random_.below(pieces.size())];
    return text;
  }

  json::value value(int depth = 0) {
    switch (random_.below(depth < 3 ? 7 : 5)) {
      case 0: return nullptr;
      case 1: return yes();
      case 2: return number() - 500;
      case 3: return json::value(text());
      case 4: return fraction();
      case 5: {
        json::array array;
        for (auto i = random_.below(4); i > 0; --i) array.push_back(value(depth + 1));
        return array;
      }
      default: return object(depth + 1);
    }
  }

  json::object object(int depth = 1) {
    json::object object;
    for (auto i = random_.below(4); i > 0; --i) object[text()] = value(depth + 1);
    return object;
  }

  Message message() {
    json::object object{{"role", yes() ? "user" : "assistant"}, {"content", text()}};
    for (auto& [key, extra] : this->object()) object["x_" + std::string(key)] = extra;
    return Message(std::move(object));
  }

  ScenarioResult scenario() {
    auto result = full();
    result.id = text() + "x", result.name = text(), result.description = text(), result.reasoning = text();
    result.metadata = object(), result.user_report = object();
    result.outcome = static_cast<RunOutcome>(random_.below(4));
    if (result.outcome == RunOutcome::error) result.error = RunError{static_cast<Party>(random_.below(3)), text()};
    result.not_run = random_.below(8) == 0;
    result.row = yes() ? std::optional(number() + 1) : std::nullopt;
    result.cost_usd = yes() ? std::optional(fraction()) : std::nullopt;
    result.duration_s = fraction();
    result.checks.clear(), result.messages.clear(), result.timings.clear();
    for (auto i = random_.below(3); i > 0; --i)
      result.checks.push_back({.kind = "contains", .passed = yes(), .expected = value(), .found = value(), .message = number(), .line = number()});
    for (auto i = random_.below(5); i > 0; --i) {
      result.messages.push_back(message());
      result.timings.push_back({number(), fraction(), fraction()});
    }
    return result;
  }

  RandomStream random_;
};

TEST(ResultJson, WhateverAResultHoldsIsReadBackAsItWas_PRD63) {
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    const auto once = serialize(Results(seed).batch());
    ASSERT_EQ(serialize(parse_batch(once)), once) << "seed " << seed;
  }
}

TEST(ResultJson, TheTextIsTheJsonThatProgramsGet_PRD63) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    const auto batch = Results(seed).batch();
    ASSERT_EQ(json::serialize(json::parse(serialize(batch))), json::serialize(json::parse(json::serialize(to_json(batch))))) << "seed " << seed;
  }
}

}  // namespace
}  // namespace antiphon
