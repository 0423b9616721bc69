#include "antiphon/providers/llm/gemini/request.hpp"

#include "antiphon/providers/llm/gemini/conversation.hpp"
#include "antiphon/providers/llm/gemini/schema.hpp"

namespace antiphon::gemini {

namespace {

json::array declarations_of(const ToolSet& tools, bool as_json_schema) {
  json::array list;
  for (const auto& tool : tools.tools()) {
    json::object written{{"name", tool.name}};
    if (!tool.description.empty()) written.emplace("description", tool.description);
    const auto* properties = find(tool.parameters, "properties");
    const bool takes_none = properties && properties->is_object() && properties->get_object().empty();
    if (as_json_schema)
      written.emplace("parametersJsonSchema", tool.parameters);
    else if (!takes_none)  // an object without members is refused there
      written.emplace("parameters", openapi_schema(tool.parameters));
    list.push_back(std::move(written));
  }
  return list;
}

void add_tool_config(json::object& body, const ToolChoice& choice) {
  json::object config;
  switch (choice.mode) {
    case ToolChoice::Mode::automatic: return;  // the default wherever tools are offered
    case ToolChoice::Mode::none: config = {{"mode", "NONE"}}; break;
    case ToolChoice::Mode::required: config = {{"mode", "ANY"}}; break;
    case ToolChoice::Mode::named: config = {{"mode", "ANY"}, {"allowedFunctionNames", json::array{json::value(choice.name)}}}; break;
  }
  body.emplace("toolConfig", json::object{{"functionCallingConfig", std::move(config)}});
}

void add_system(json::object& body, const std::string& system, const wire::Refusals& refused) {
  if (system.empty()) return;
  const json::object part{{"text", system}};
  if (!refused.has("systemInstruction")) {
    body.emplace("systemInstruction", json::object{{"parts", json::array{part}}});
    return;
  }
  auto& first = body.at("contents").as_array()[0].as_object().at("parts").as_array();
  first.insert(first.begin(), part);
}

json::object generation_config(const ChatRequest& request, const wire::BodyOptions& options, const wire::Refusals& refused) {
  json::object config;
  if (const auto value = request.temperature ? request.temperature : options.temperature; value && !refused.has("temperature"))
    config.emplace("temperature", *value);
  if (const auto value = request.max_tokens ? request.max_tokens : options.max_tokens; value && !refused.has("maxOutputTokens"))
    config.emplace("maxOutputTokens", *value);
  if (!request.response_schema || refused.has("responseSchema")) return config;
  config.emplace("responseMimeType", "application/json");
  if (refused.has("responseJsonSchema"))
    config.emplace("responseSchema", openapi_schema(*request.response_schema));
  else
    config.emplace("responseJsonSchema", *request.response_schema);
  return config;
}

}  // namespace

json::object generate_body(const ChatRequest& request, const wire::BodyOptions& options, const wire::Refusals& refused) {
  auto [system, contents] = conversation(refused.has("toolConfig") ? wire::with_words(request) : request, options.name, refused.has("thoughtSignature"));
  json::object body{{"contents", std::move(contents)}};
  add_system(body, system, refused);
  if (!request.tools.empty()) {
    body.emplace("tools", json::array{json::object{{"functionDeclarations", declarations_of(request.tools, !refused.has("parametersJsonSchema"))}}});
    if (!refused.has("toolConfig")) add_tool_config(body, request.tool_choice);
  }
  if (auto config = generation_config(request, options, refused); !config.empty()) body.emplace("generationConfig", std::move(config));
  wire::add_extra(body, options.extra, refused);
  return body;
}

}  // namespace antiphon::gemini
