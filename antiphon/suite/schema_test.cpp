#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/files.hpp"
#include "antiphon/base/json_schema.hpp"
#include "antiphon/suite/suite_file.hpp"
#include "antiphon/suite/testing/suite_folder.hpp"
#include "tests/source_file.hpp"

// The published schema and the reader must agree on what a suite is.

namespace antiphon::suite {
namespace {

using testing::SuiteFolder;

const JsonSchema& schema() {
  static const JsonSchema compiled(parse_json(read_file(source_file("schemas/suite.schema.json"))));
  return compiled;
}

// Of an authority that nobody has the key of.
constexpr const char* authority = R"pem(-----BEGIN CERTIFICATE-----
MIIBnjCCAUWgAwIBAgIUYROPmsNJt70Q318rVoVPfDm9U7QwCgYIKoZIzj0EAwIw
JDEiMCAGA1UEAwwZYW4gYXV0aG9yaXR5IG9mIHRoZSB0ZXN0czAgFw0yNjExMjcx
MTIzNDJaGA8yMTI2MTEwMzExMjM0MlowJDEiMCAGA1UEAwwZYW4gYXV0aG9yaXR5
IG9mIHRoZSB0ZXN0czBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABOuL476jvD+d
ZPbBCP0WD7dYZJe9o/mK3cwV0G1OnzROGGXZd1scR6T3DgcXlruf5WVoNxttU+sY
qoN3ODGXpmqjUzBRMB0GA1UdDgQWBBT6qL8iMLgkTMLS7qt4WYF2/miC+jAfBgNV
HSMEGDAWgBT6qL8iMLgkTMLS7qt4WYF2/miC+jAPBgNVHRMBAf8EBTADAQH/MAoG
CCqGSM49BAMCA0cAMEQCIGsaNSBVge5XJF4vT2vzH2qOQPAcSVNzx/gypGeeOlw8
AiB6CjkQsXshVyNXBWL8aNbErXKOP0bDV0ccHuDKRq7ZeA==
-----END CERTIFICATE-----
)pem";

std::vector<std::string> violations(const std::string& suite) { return schema().violations(parse_document(suite, "a.yaml").to_json()); }

// Every key of the format at least once.
constexpr const char* everything = R"yaml(
antiphon: 1
name: all
include: [more.yaml]
setup:
  - {run: [python3, agent.py, --port, 8080], cwd: agents, env: {A: 1}, ready: "http://127.0.0.1:8080/health", timeout: 20s}
hooks: {before: {run: [true], cwd: x, env: {A: b}, timeout: 1s}, after: [{run: [true]}, {run: [true]}]}
agent: {chat: {url: "${URL:-http://127.0.0.1:8080/v1}", model: support, key: k, headers: {x-team: desk}, stream: true, extra: {top_p: 1}, tls: {ca: ca.pem, verify: false}}}
defaults:
  {max_turns: 10, min_turns: 1, repeat: 3, metadata: {a: 1}, set: s, budget: {usd: 0.5, tokens: 20000}, timeout: 2m, turn_timeout: 800ms, model: rules/a.rules.yaml, audit: off, embedding: lexical, clock: auto, cassettes: auto, cache: k, seed: 7, tags: [t], first: agent, voice: flite/slt,
   tools: {create_refund: {returns: {ok: true}, description: pays, parameters: {type: object}}}, checks: [{not_contains: sorry}], hooks: {after: {run: [true]}}}
scenarios:
  - name: one ${v}
    description: d
    matrix: {v: [a, 2, true]}
    dataset: d.csv
    model: {model: openai/gpt-4.1-mini, base_url: "http://127.0.0.1:1/v1", key: k, temperature: 0.2, max_tokens: 10, price: {input: 0.4, output: 1.6}, extra: {seed: 1}}
    audit: {model: openai/gpt-4.1, temperature: 0}
    embedding: {model: openai/text-embedding-3-small, base_url: "http://127.0.0.1:1/v1", key: k, extra: {dimensions: 64}}
    agent: {http: {url: "http://127.0.0.1:1", method: PUT, headers: {a: b}, body: {text: "${input.text}"}, reply: /answer, tls: {verify: true}}}
    user: {persona: calm, system: be calm, temperature: 1, voice: flite/slt, interrupt_probability: 20%}
    voice: {backchannels: 30%, hesitations: {probability: 10%, at_least: 1s, at_most: 2s, words: [well]}, interruptions: {probability: 1, strategy: contextual}}
    judge: {criteria: [it is polite], system: be strict, model: openai/gpt-4.1, context: c, include_traces: auto, include_audio: on, include_timeline: off, token_threshold: 100, max_discovery_steps: 3}
    script:
      - user
      - user: hello
      - user: {text: hello}
      - user: {content: [{type: text, text: hello}]}
      - agent
      - agent: {wait: false}
      - agent: hello
      - message: {role: system, content: note}
      - judge: [it says hello]
      - judge: {criteria: [it says hello]}
      - proceed
      - proceed: 2
      - proceed: {turns: 2}
      - check: {contains: {text: hi, role: any, case: exact}}
      - sleep: 1.5s
      - user: {text: hello, voice_style: calm, audio_effects: [robotic], expect: ignore}
      - silence: 2s
      - dtmf: "1w2#"
      - effects: [phone_quality, {background_noise: {kind: cafe, snr: 20dB}}, {echo: {delay: 120ms, gain: 30%}}]
      - interrupt: wait
      - interrupt: {text: wait, after_words: 3, wait_for_speech_timeout: 4s}
      - interrupt: {text: wait, after: 1s, expect: stop, voice_style: cross, audio_effects: []}
      - interrupt: {text: wait, after_sent: 200ms}
      - succeed: done
      - fail
    checks:
      - contains: hi
      - regex: "h(i|o)"
      - equals: {text: hi, role: user, case: ignore}
      - json_schema: {type: object}
      - json_schema: {schema: {type: object}, role: any}
      - tool_called: create_refund
      - tool_called: {name: create_refund, arguments: {order: 1}, times: 2}
      - tool_not_called: create_refund
      - tool_not_called: {name: create_refund}
      - tool_order: [a, b]
      - similar: {to: hello, at_least: 80%, role: user}
      - language: en
      - language: {is: pt-BR, role: any}
      - pii: {absent: all, allow: [desk@example.com]}
      - pii: {absent: [email, iban], role: any}
      - turns: {at_most: 6, at_least: 1}
      - latency: {p50: 1s, p95: 2s, p99: 3s, max: 4s}
      - time_to_first_audio: {p50: 1s, p95: 2s, p99: 3s, max: 4s}
      - interruption: {stops_within: 400ms, count: 1}
      - silence: {at_most: 3s}
      - overlap: {at_most: 500ms}
      - overlap: {at_most: 0ms}
      - talk_ratio: {at_least: 0.2, at_most: 2}
      - heard: {by: agent, word_error_rate: {at_most: 15%}, entities: [A-1007, Sunday]}
      - heard: {by: user, word_error_rate: {at_most: 0.1}}
      - heard: {by: agent, entities: {at_least: 90%}}
      - heard: {by: agent, entities: {of: [Sunday], at_least: 0.5}}
  - name: two
    agent: {process: {run: [cat], cwd: x, env: {A: b}, per: suite}}
    user: {lines: [a, b]}
    judge: [it is polite]
  - name: three
    agent: {model: rules/a.yaml, system: s, temperature: 0}
    user: {agenda: {goal: g, inform: {order: 7}, request: {status: {one_of: [a]}, day: {matches: "x"}, city: null}, phrasings: {bye: [a], greet: hi}}}
    checks: [{completed: [status]}]
  - name: votes
    judge: {criteria: [it is polite], samples: 3, decide: unanimous}
    script: [{user: a}, agent]
  - name: panel
    judge: {criteria: [it is polite], panel: [rules/a.yaml, {model: rules/a.yaml, system: s, temperature: 1}, {system: t}], decide: majority}
    script: [{user: a}, agent]
  - name: checked
    judge: {checks: [{contains: hi}]}
    script: [{user: a}, agent]
  - name: four
    agent: {model: {model: rules/a.yaml, system: s}}
    user: {agenda: {request: [status]}}
    hooks: {before: [{run: [true]}]}
  - {name: wants, user: {persona: p, wants: {goal: g, inform: {order: 7}, request: [status]}}, checks: [{completed: [status]}]}
  - {name: called, agent: {antiphon: {url: "ws://127.0.0.1:1", caller_id: "+15550100", locale: en-GB, token: t, headers: {a: b}, tls: {verify: true}, resume: true, send: mulaw/8000, receive: pcm16/16000, greeting: 1s, tail_silence: 1s, response_timeout: 9s}}, script: [agent]}
  - {name: typed, agent: {layercode: {server_url: "http://127.0.0.1:1", agent_id: a, authorize_path: /auth, websocket_url: "ws://127.0.0.1:2/ws", custom_metadata: {a: 1}, custom_headers: {x: y}, auth_headers: {a: b}, tls: {verify: true}, request_timeout: 5s, send_as_text: true, greeting: none, response_timeout: 9s}}}
  - {name: burst, agent: {layercode: {server_url: "http://127.0.0.1:1", agent_id: a, pace: burst, chunk_ms: 100, chunk_interval: 0.05}}, script: [agent]}
  - {name: driven, agent: {session: {connect: "127.0.0.1:8775", token: t, tls: {verify: true}, connect_timeout: 5s}}, script: [{user: a}, agent]}
  - {name: dialled, agent: {session: {listen: "127.0.0.1:8775", run: [cat], cwd: x, env: {A: b}}}, script: [{user: a}, agent]}
  - {name: grouped, group: hotel.yaml, user: {temperature: 1}, on_simulation_end: "http://127.0.0.1:1/verdict"}
  - {name: five, agent: human, user: human}
  - {name: six, agent: {human: null}, user: {human: null, temperature: 1}}
  - {name: seven, user: {replay: said.json}}
  - {name: eight, user: {replay: {file: said.json, scenario: one}}}
)yaml";

TEST(SuiteSchema, AcceptsEveryKeyThatTheReaderAccepts_PRD10) {
  EXPECT_THAT(violations(everything), ::testing::IsEmpty());
  const SuiteFolder folder({{"a.yaml", everything},
                            {"more.yaml", "scenarios: []\n"},
                            {"said.json", R"({"scenarios": [{"id": "one", "messages": [{"role": "user", "content": "hi"}]}]})"},
                            {"d.csv", "x\n1\n"},
                            {"ca.pem", authority},
                            {"hotel.yaml", "scenarios: [{instructions: i, agent_expectations: e}]\n"}});
  auto options = folder.options();
  options.allow_commands = true;
  EXPECT_EQ(folder.report({"a.yaml"}, options), "");
}

TEST(SuiteSchema, AcceptsEveryExample_PRD10) {
  int suites = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(source_file("examples"))) {
    const auto ending = entry.path().extension();
    if (ending != ".yaml" && ending != ".yml") continue;
    const auto root = read_document(entry.path().string());
    if (!is_suite(root)) continue;
    ++suites;
    EXPECT_THAT(schema().violations(root.to_json()), ::testing::IsEmpty()) << entry.path();
  }
  EXPECT_GE(suites, 2);
}

class RefusedByBoth : public ::testing::TestWithParam<const char*> {};

TEST_P(RefusedByBoth, IsNoSuite_PRD10) {
  const std::string suite = std::string("antiphon: 1\nagent: {model: rules/a.yaml}\nscenarios:\n  - name: x\n    ") + GetParam() + "\n";
  EXPECT_THAT(violations(suite), ::testing::Not(::testing::IsEmpty()));
  EXPECT_NE(SuiteFolder({{"a.yaml", suite}}).report({"a.yaml"}), "");
}

INSTANTIATE_TEST_SUITE_P(Mistakes, RefusedByBoth,
                         ::testing::Values("max_turn: 3", "max_turns: 0", "repeat: 0", "repeat: 10001", "max_turns: many", "timeout: 30", "clock: fast",
                                           "first: judge", "tags: x", "user: {lines: []}", "user: {lines: [a], persona: b}", "user: {replay: {scenario: a}}",
                                           "user: humane", "hooks: {}", "hooks: {during: {run: [a]}}", "hooks: {before: {cwd: a}}", "judge: []",
                                           "agent: {websocket: {}}", "agent: {antiphon: {}}", "agent: {antiphon: {url: \"ws://a\", resum: true}}",
                                           "agent: {twilio: {}}", "agent: {twilio: {url: \"http://a\", from: \"555\"}}", "agent: {chat: {}}",
                                           "agent: {chat: {url: ftp://a}}", "agent: {chat: {url: \"http://a\"}, process: {run: [a]}}", "model: gpt",
                                           "script: []", "script: [silence: 1]", "script: [jugde]", "script: [sleep]", "checks: [{contans: a}]",
                                           "checks: [{contains: a, equals: b}]", "checks: [{contains: {role: user}}]", "checks: [{turns: {}}]",
                                           "checks: [{latency: {p95: 2}}]", "checks: {contains: a}", "checks: [{time_to_first_audio: {}}]",
                                           "checks: [{interruption: {}}]", "checks: [{interruption: {stops_within: 400}}]", "checks: [{silence: {}}]",
                                           "checks: [{overlap: 1s}]", "checks: [{talk_ratio: {at_most: -1}}]", "checks: [{heard: {by: agent}}]",
                                           "checks: [{heard: {by: judge, word_error_rate: {at_most: 1%}}}]",
                                           "checks: [{heard: {by: agent, word_error_rate: 15%}}]", "checks: [{heard: {by: agent, entities: {}}}]",
                                           "checks: [{similar: {to: a}}]", "checks: [{pii: {absent: [shoe_size]}}]", "checks: [{language: {role: user}}]",
                                           "embedding: {model: lexical, size: 3}", "user: {temperature: 1}", "on_simulation_end: \"http://a\"",
                                           "agent: {session: {}}", "agent: {session: {connect: \"127.0.0.1:1\", port: 1}}", "tools: {a: {}}", "matrix: {a: x}",
                                           "description: [a]", "user: {persona: a, temperature: 3}", "name2: x"));

INSTANTIATE_TEST_SUITE_P(MistakesInAJudge, RefusedByBoth,
                         ::testing::Values("judge: {criteria: [a], include_traces: maybe}", "judge: {criteria: [a], include_audio: loud}",
                                           "judge: {criteria: [a], token_threshold: 0}", "judge: {criteria: [a], samples: 1}",
                                           "judge: {criteria: [a], panel: [rules/a.yaml]}", "judge: {criteria: [a], samples: 2, decide: most}",
                                           "judge: {checks: []}", "judge: {checks: [{contains: a}], criteria: [a]}"));

}  // namespace
}  // namespace antiphon::suite
