#include "antiphon/providers/llm/anthropic/anthropic.hpp"

#include "antiphon/base/text.hpp"
#include "antiphon/providers/llm/anthropic/request.hpp"
#include "antiphon/providers/llm/anthropic/response.hpp"

namespace antiphon::anthropic {

namespace {

// Addresses are written with and without the version.
std::string messages_url(const std::string& base_url) { return base_url + (base_url.ends_with("/v1") ? "/messages" : "/v1/messages"); }

std::string joined_betas(const json::value& betas) {
  if (betas.is_string()) return std::string(betas.get_string());
  std::vector<std::string> names;
  if (betas.is_array())
    for (const auto& name : betas.get_array())
      if (name.is_string()) names.emplace_back(name.get_string());
  return join(names, ",");
}

}  // namespace

AnthropicWire::AnthropicWire(const wire::Endpoint& endpoint, const ModelSettings& settings)
    : url_(messages_url(endpoint.base_url)),
      options_{
          .model = endpoint.model, .temperature = settings.temperature, .max_tokens = settings.max_tokens, .extra = settings.extra, .name = settings.model} {
  if (!endpoint.key.empty()) headers_.emplace_back("x-api-key", endpoint.key);
  if (const auto* betas = options_.extra.if_contains("betas")) {  // named as in the vendor's own clients; a header on the wire
    headers_.emplace_back("anthropic-beta", joined_betas(*betas));
    options_.extra.erase("betas");
  }
}

net::HttpRequest AnthropicWire::request(const ChatRequest& request, bool streamed, const wire::Refusals& refused) const {
  auto options = options_;
  options.stream = streamed;
  const auto body = messages_body(request, options, refused);
  net::HttpRequest wire{.url = url_, .headers = headers_, .body = json::serialize(body)};
  wire.headers.emplace_back("anthropic-version", version_for(body));
  return wire;
}

ChatResponse AnthropicWire::parse(std::string_view body, const ChatRequest&) const { return parse_message(body); }

std::unique_ptr<wire::StreamDecoder> AnthropicWire::decoder(const ChatRequest&) const { return std::make_unique<EventAccumulator>(); }

std::optional<std::string> AnthropicWire::refused_parameter(std::string_view body) const {
  constexpr std::string_view names[] = {"temperature", "output_config"};
  constexpr std::string_view certain[] = {"tool_choice"};
  return wire::refused_parameter(body, names, options_.extra, certain);
}

}  // namespace antiphon::anthropic
