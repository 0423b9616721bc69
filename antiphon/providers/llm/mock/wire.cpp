#include "antiphon/providers/llm/mock/wire.hpp"

#include "antiphon/providers/llm/rules/answer.hpp"

namespace antiphon::mock {

namespace {

json::value usage(const Usage& counted) {
  return json::object{
      {"prompt_tokens", counted.input_tokens}, {"completion_tokens", counted.output_tokens}, {"total_tokens", counted.input_tokens + counted.output_tokens}};
}

json::object envelope_object(const Envelope& envelope, std::string_view type) {
  return {{"id", envelope.id}, {"object", type}, {"created", envelope.created}, {"model", envelope.model}, {"system_fingerprint", nullptr}};
}

json::object model_object(std::int64_t created) { return {{"id", model_name}, {"object", "model"}, {"created", created}, {"owned_by", "antiphon"}}; }

// Sends its objects as events, one choice each.
class ChunkWriter {
 public:
  ChunkWriter(const Envelope& envelope, bool with_usage) : envelope_(envelope), with_usage_(with_usage) {}

  void delta(json::object delta, json::value finish_reason = nullptr) {
    auto chunk = envelope_object(envelope_, "chat.completion.chunk");
    chunk.emplace("choices",
                  json::array{json::object{{"index", 0}, {"delta", std::move(delta)}, {"logprobs", nullptr}, {"finish_reason", std::move(finish_reason)}}});
    if (with_usage_) chunk.emplace("usage", nullptr);
    add(json::serialize(chunk));
  }
  void usage_alone(const Usage& counted) {
    auto chunk = envelope_object(envelope_, "chat.completion.chunk");
    chunk.emplace("choices", json::array{});
    chunk.emplace("usage", usage(counted));
    add(json::serialize(chunk));
  }
  void add(const std::string& data) { events_.push_back("data: " + data + "\n\n"); }
  std::vector<std::string> take() { return std::move(events_); }

 private:
  const Envelope& envelope_;
  bool with_usage_;
  std::vector<std::string> events_;
};

void write_call(ChunkWriter& writer, std::size_t index, const ToolCall& call) {
  writer.delta(
      {{"tool_calls", json::array{json::object{
                          {"index", index}, {"id", call.id}, {"type", "function"}, {"function", json::object{{"name", call.name}, {"arguments", ""}}}}}}});
  for (const auto& piece : rules::pieces_of(call.arguments))
    writer.delta({{"tool_calls", json::array{json::object{{"index", index}, {"function", json::object{{"arguments", piece}}}}}}});
}

}  // namespace

std::string completion(const Envelope& envelope, const ChatResponse& response) {
  auto message = response.message.json().as_object();
  message.emplace("refusal", nullptr);
  auto object = envelope_object(envelope, "chat.completion");
  object.emplace("choices",
                 json::array{json::object{{"index", 0}, {"message", std::move(message)}, {"logprobs", nullptr}, {"finish_reason", response.finish_reason}}});
  object.emplace("usage", usage(response.usage));
  return json::serialize(object);
}

std::vector<std::string> events(const Envelope& envelope, const ChatResponse& response, bool include_usage) {
  ChunkWriter writer(envelope, include_usage);
  const auto& calls = response.message.tool_calls();
  writer.delta({{"role", "assistant"}, {"content", calls.empty() ? json::value("") : json::value(nullptr)}});
  for (const auto& piece : rules::pieces_of(response.message.text())) writer.delta({{"content", piece}});
  for (std::size_t i = 0; i < calls.size(); ++i) write_call(writer, i, calls[i]);
  writer.delta({}, json::value(json::string(response.finish_reason)));
  if (include_usage) writer.usage_alone(response.usage);
  writer.add("[DONE]");
  return writer.take();
}

std::string error_body(std::string_view message, std::string_view type, std::string_view parameter, std::string_view code) {
  const auto or_null = [](std::string_view text) { return text.empty() ? json::value(nullptr) : json::value(json::string(text)); };
  return json::serialize(json::object{
      {"error", json::object{{"message", json::string(message)}, {"type", json::string(type)}, {"param", or_null(parameter)}, {"code", or_null(code)}}}});
}

std::string model(std::int64_t created) { return json::serialize(model_object(created)); }

std::string models(std::int64_t created) { return json::serialize(json::object{{"object", "list"}, {"data", json::array{model_object(created)}}}); }

}  // namespace antiphon::mock
