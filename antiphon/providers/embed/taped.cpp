#include "antiphon/providers/embed/taped.hpp"

namespace antiphon::embed {

bool asks_a_server(const ModelSettings& settings) {
  const auto provider = settings.model.substr(0, settings.model.find('/'));
  return !provider.empty() && provider != "lexical" && provider != "minilm";
}

AskedCall asked(const ModelSettings& settings, const std::vector<std::string>& texts, const Secrets& secrets) {
  json::array list;
  for (const auto& text : texts) list.push_back(json::string(text));
  json::object request{{"model", json::string(settings.model)}, {"texts", std::move(list)}};
  if (!settings.extra.empty()) request["extra"] = settings.extra;
  AskedCall asked{
      .kind = "embedding", .role = "check", .request = request_without_messages(without_run_marks(json_text(secrets.hidden(request)), {})), .key = {}};
  asked.key = key_of(asked.kind, asked.role, asked.request).text();
  return asked;
}

json::object answer_json(const Embedded& embedded) {
  json::array vectors;
  for (const auto& vector : embedded.vectors) {
    json::array numbers;
    for (const float number : vector) numbers.push_back(static_cast<double>(number));
    vectors.push_back(std::move(numbers));
  }
  return {{"vectors", std::move(vectors)}, {"usage", json::object{{"input_tokens", embedded.usage.input_tokens}, {"calls", embedded.usage.calls}}}};
}

Embedded answer_from(const RecordedCall& call, std::size_t texts) {
  if (call.failure) throw *call.failure;
  const Error broken = Error(ErrorKind::protocol, "the recorded answer holds no embeddings").with_party(Party::harness);
  const auto* vectors = call.answer.if_contains("vectors");
  if (!vectors || !vectors->is_array() || vectors->get_array().size() != texts) throw broken;
  Embedded embedded;
  for (const auto& numbers : vectors->get_array()) {
    auto& vector = embedded.vectors.emplace_back();
    if (!numbers.is_array()) throw broken;
    for (const auto& number : numbers.get_array()) {
      if (!number.is_number()) throw broken;
      vector.push_back(static_cast<float>(number.to_number<double>()));
    }
  }
  if (const auto* usage = call.answer.if_contains("usage")) {
    embedded.usage.input_tokens = static_cast<std::int64_t>(find_number(*usage, "input_tokens").value_or(0));
    embedded.usage.calls = static_cast<std::int64_t>(find_number(*usage, "calls").value_or(0));
  }
  return embedded;
}

}  // namespace antiphon::embed
