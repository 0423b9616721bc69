#pragma once

#include "antiphon/result/result.hpp"

namespace antiphon {

/// A result in which every member says something; for tests.
inline ScenarioResult full() {
  return {.id = "refund [persona=rude] row 3 #2",
          .name = "refund",
          .description = "wants money",
          .run_id = "run_1",
          .thread_id = "thread_1",
          .set = "nightly",
          .metadata = {{"langwatch", {{"x", 1}}}},
          .tags = {"smoke"},
          .suite = "Desk",
          .file = "/suites/desk.yaml",
          .line = 14,
          .matrix = {{"persona", "rude"}},
          .row = 3,
          .attempt = 2,
          .outcome = RunOutcome::failed,
          .reasoning = "never asked",
          .criteria = {{.criterion = "asks",
                        .requirement = "must ask",
                        .reasoning = "it did not",
                        .status = CriterionStatus::failed,
                        .evidence = {1},
                        .agreement = JudgeAgreement{.n = 34, .agreed = 31, .kappa = 0.625, .low = 0.375, .high = 0.875, .floor = 0.5, .of_another_judge = 2}},
                       {.criterion = "polite",
                        .status = CriterionStatus::inconclusive,
                        .party = Party::judge,
                        .votes = {{"judge 1", CriterionStatus::passed, "it was"}, {"judge 2", CriterionStatus::failed, ""}},
                        .judged = CriterionStatus::passed}},
          .checks = {{.kind = "turns", .passed = false, .expected = {{"at_most", 1}}, .found = 2, .message = 1, .time_s = 0.5, .line = 20},
                     {.kind = "similar", .expected = "x", .inconclusive = Party::harness}},
          .fault = Fault{.party = Party::simulated_user,
                         .by = Fault::By::audit,
                         .rule = "",
                         .why = "it left its part",
                         .evidence = {{.message = 0, .quote = "hi"}, {.check = 1, .criterion = "asks"}},
                         .certain = false},
          .messages = {Message::user("hi"), Message(json::value{{"role", "assistant"}, {"content", "no"}, {"x_vendor", {1, 2}}})},
          .timings = {{1, 0, 0.1, true}, {1, 0.1, 0.5}},
          .rolled_back = {Message::user("gone")},
          .turns = 2,
          .duration_s = 21.764,
          .agent_s = 0.4,
          .latency = summarize_latency({0.4}),
          .answer_s = {0.4},
          .input_tokens = 10,
          .output_tokens = 3,
          .model_calls = 2,
          .usage = {{.role = "user", .model = "openai/gpt-4.1-mini", .calls = 1, .input_tokens = 6, .output_tokens = 1, .cost_usd = 0.0125},
                    {.role = "judge",
                     .model = "anthropic/claude-sonnet-4-5",
                     .calls = 1,
                     .input_tokens = 4,
                     .output_tokens = 2,
                     .cached_input_tokens = 3,
                     .cache_write_tokens = 1,
                     .reasoning_tokens = 2,
                     .audio_input_tokens = 1,
                     .audio_output_tokens = 1}},
          .cost_usd = 0.0125,
          .clock = "virtual",
          .failed_line = 20,
          .user_report = {{"unmet", {"status"}}},
          .fingerprints = {.judge = {.hash = "0123456789abcdef", .model = "openai/gpt-4.1-mini"}}};
}

inline BatchResult batch_of(std::vector<ScenarioResult> scenarios) {
  return {.batch_id = "batch_1",
          .started_at = "2026-11-23T09:41:07.318Z",
          .seed = 4711,
          .suite = "Desk",
          .flags = {{"jobs", 8}},
          .duration_s = 3,
          .scenarios = std::move(scenarios)};
}

}  // namespace antiphon
