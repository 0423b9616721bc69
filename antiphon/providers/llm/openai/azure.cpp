#include "antiphon/providers/llm/openai/azure.hpp"

#include <string_view>

#include "antiphon/providers/llm/openai/openai.hpp"

namespace antiphon::openai {

namespace {

std::string without_ending(std::string text, std::string_view ending) {
  if (text.ends_with(ending)) text.erase(text.size() - ending.size());
  return text;
}

std::string version_in_environment() {
  const auto own = wire::environment("AZURE_OPENAI_API_VERSION");
  return own.empty() ? wire::environment("OPENAI_API_VERSION") : own;
}

}  // namespace

std::string azure_url(const std::string& base_url, const std::string& deployment, const std::string& version) {
  const auto question = base_url.find('?');
  auto place = base_url.substr(0, question);
  while (place.ends_with('/')) place.pop_back();
  auto query = question == std::string::npos ? std::string() : base_url.substr(question);
  if (place.ends_with("/v1")) return place + "/chat/completions" + query;
  if (query.empty() && !version.empty()) query = "?api-version=" + version;
  if (place.find("/deployments/") != std::string::npos) return place + "/chat/completions" + query;
  place = without_ending(std::move(place), "/openai");
  return place + (query.empty() ? "/openai/v1" : "/openai/deployments/" + deployment) + "/chat/completions" + query;
}

std::unique_ptr<wire::Wire> azure_wire(const wire::Endpoint& endpoint, const ModelSettings& settings) {
  net::Headers headers;
  if (!endpoint.key.empty()) headers.emplace_back("api-key", endpoint.key);
  BodyOptions options{.model = endpoint.model, .temperature = settings.temperature, .max_tokens = settings.max_tokens, .extra = settings.extra};
  return std::make_unique<OpenAiWire>(azure_url(endpoint.base_url, endpoint.model, version_in_environment()), std::move(headers), std::move(options));
}

}  // namespace antiphon::openai
