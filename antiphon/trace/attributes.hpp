#pragma once

#include <string_view>

/// Names of attributes and events: OpenTelemetry's where it has one (GenAI, HTTP and general conventions), ours begin with `antiphon.`.
/// @see https://opentelemetry.io/docs/specs/semconv/gen-ai/
namespace antiphon::trace::attr {

inline constexpr std::string_view operation = "gen_ai.operation.name";       // chat, speech, transcription, invoke_agent, execute_tool
inline constexpr std::string_view answered_from = "antiphon.answered_from";  // cassette, cache; absent: the provider
inline constexpr std::string_view provider = "gen_ai.provider.name";
inline constexpr std::string_view conversation = "gen_ai.conversation.id";  // the thread id
inline constexpr std::string_view agent_name = "gen_ai.agent.name";
inline constexpr std::string_view request_model = "gen_ai.request.model";
inline constexpr std::string_view request_temperature = "gen_ai.request.temperature";
inline constexpr std::string_view request_max_tokens = "gen_ai.request.max_tokens";
inline constexpr std::string_view finish_reasons = "gen_ai.response.finish_reasons";
inline constexpr std::string_view input_tokens = "gen_ai.usage.input_tokens";
inline constexpr std::string_view output_tokens = "gen_ai.usage.output_tokens";
inline constexpr std::string_view cached_input_tokens = "gen_ai.usage.cache_read.input_tokens";
inline constexpr std::string_view cache_write_tokens = "gen_ai.usage.cache_creation.input_tokens";
inline constexpr std::string_view reasoning_tokens = "gen_ai.usage.reasoning.output_tokens";
inline constexpr std::string_view audio_s = "antiphon.audio_s";  // seconds of sound that were spoken or understood
inline constexpr std::string_view tool_name = "gen_ai.tool.name";
inline constexpr std::string_view tool_type = "gen_ai.tool.type";
inline constexpr std::string_view tool_call_id = "gen_ai.tool.call.id";
inline constexpr std::string_view tool_arguments = "gen_ai.tool.call.arguments";
inline constexpr std::string_view tool_result = "gen_ai.tool.call.result";

// The event of a judge's answer for one criterion.
inline constexpr std::string_view evaluation = "gen_ai.evaluation.result";
inline constexpr std::string_view evaluation_name = "gen_ai.evaluation.name";
inline constexpr std::string_view evaluation_label = "gen_ai.evaluation.score.label";
inline constexpr std::string_view evaluation_explanation = "gen_ai.evaluation.explanation";

inline constexpr std::string_view http_method = "http.request.method";
inline constexpr std::string_view http_status = "http.response.status_code";
inline constexpr std::string_view http_request_bytes = "http.request.body.size";
inline constexpr std::string_view http_response_bytes = "http.response.body.size";
inline constexpr std::string_view url = "url.full";
inline constexpr std::string_view command = "process.command";
inline constexpr std::string_view error_type = "error.type";

inline constexpr std::string_view scenario_id = "antiphon.scenario.id";
inline constexpr std::string_view scenario_set = "antiphon.scenario.set";
inline constexpr std::string_view run_id = "antiphon.run.id";
inline constexpr std::string_view outcome = "antiphon.outcome";
inline constexpr std::string_view turn = "antiphon.turn";
inline constexpr std::string_view role = "antiphon.role";              // user, agent, judge, auditor
inline constexpr std::string_view tool_by = "antiphon.tool.by";        // antiphon: answered from the scenario; agent: it ran the tool itself
inline constexpr std::string_view first_byte = "antiphon.first_byte";  // event of a streamed reply

}  // namespace antiphon::trace::attr
