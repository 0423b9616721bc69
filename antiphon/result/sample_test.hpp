#pragma once

#include "antiphon/result/call_record.hpp"
#include "antiphon/result/result.hpp"

namespace antiphon {

/// A call in which every member says something.
inline CallRecord full_call() {
  using std::chrono::milliseconds;
  CallRecord call{.adapter = "composed", .detector = "energy/1", .recogniser = "pocketsphinx", .voice = "flite/slt", .duration = milliseconds(9000)};
  call.utterances = {{.kind = UtteranceKind::interruption,
                      .text = "stop",
                      .start = milliseconds(900),
                      .end = milliseconds(2000),
                      .voiced = {{milliseconds(1000), milliseconds(1900)}},
                      .expect = Expectation::stop,
                      .message = 0},
                     {.kind = UtteranceKind::dtmf, .keys = "42#", .start = milliseconds(7000), .end = milliseconds(7500), .sent = false}};
  call.turns = {{.start = milliseconds(2500),
                 .end = milliseconds(4000),
                 .received_start = milliseconds(2400),
                 .voiced = {{milliseconds(2500), milliseconds(3000)}, {milliseconds(3300), milliseconds(4000)}},
                 .ending = TurnEnding::tail_silence,
                 .resumed = 1,
                 .transcript = "no",
                 .told = "no, sorry",
                 .recognised = true,
                 .transcript_truncated = true,
                 .message = 1}};
  call.user_voiced = call.utterances[0].voiced, call.agent_voiced = call.turns[0].voiced;
  call.events = {{.time = milliseconds(2500),
                  .type = VoiceEventType::agent_start_speaking,
                  .name = "x",
                  .args = {{"a", 1}},
                  .result = "done",
                  .latency = milliseconds(600),
                  .received = milliseconds(2400),
                  .metadata = {{"native", true}}}};
  call.interruptions = {{.utterance = 0,
                         .intended = milliseconds(950),
                         .achieved = milliseconds(1000),
                         .agent_stopped = milliseconds(1400),
                         .native = true,
                         .outcome = "fired_after_speech"},
                        {.utterance = 1, .outcome = "turn_was_over", .missed = "the agent's turn was over after 2.00 s"}};
  call.delivery = {milliseconds(1500), milliseconds(700), milliseconds(800), milliseconds(20), 75, 2, milliseconds(30), 1, milliseconds(60)};
  call.user_sound = SideSound{.voiced = milliseconds(900), .loudness_lufs = -23.5, .peak_dbfs = -6.25, .clipped = milliseconds(1)};
  call.agent_sound = SideSound{.voiced = milliseconds(1200), .repeats = 2, .repeated = milliseconds(40)};
  call.agent_sound->keys = {{'4', milliseconds(3100), milliseconds(3200)}};
  call.claims = {{{"response", milliseconds(480), milliseconds(2600)}}, {{milliseconds(2000), "stop"}}};
  call.primed = true, call.oov_rate = 0.125;
  call.agent_closed = true, call.tail_silence = milliseconds(700);
  return call;
}

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
                         .certain = false,
                         .rules_said = RulesSaid{Party::agent, "criterion", "not met: asks"},
                         .parties = {{Party::simulated_user, PartyStanding::State::at_fault, "it left its part"},
                                     {Party::agent, PartyStanding::State::not_checked, "1 check fails"},
                                     {Party::judge, PartyStanding::State::clear, "its evidence is there"}}},
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
          .fingerprints = {.judge = {.hash = "0123456789abcdef", .model = "openai/gpt-4.1-mini"}},
          .call = std::make_shared<const CallRecord>(full_call()),
          .recording_file = "calls/1.wav"};
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
