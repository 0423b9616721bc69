#include "antiphon/providers/llm/openai/vendors.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::openai {

namespace {

constexpr Vendor table[] = {
    {"openai", "https://api.openai.com/v1", "OPENAI_API_KEY", "OPENAI_BASE_URL"},
    {"groq", "https://api.groq.com/openai/v1", "GROQ_API_KEY", "GROQ_BASE_URL"},
    {"openrouter", "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY", "OPENROUTER_BASE_URL"},
    {"xai", "https://api.x.ai/v1", "XAI_API_KEY", "XAI_BASE_URL"},
    {"ollama", "http://127.0.0.1:11434/v1", "", "OLLAMA_BASE_URL"},
};

std::string environment(std::string_view name) {
  const auto* value = name.empty() ? nullptr : std::getenv(std::string(name).c_str());
  return value ? value : "";
}

std::string_view origin(std::string_view url) {
  const auto scheme = url.find("://");
  return scheme == std::string_view::npos ? url : url.substr(0, url.find('/', scheme + 3));
}

bool is_known(std::string_view url) {
  return std::any_of(std::begin(table), std::end(table), [&](const Vendor& vendor) { return origin(vendor.base_url) == origin(url); });
}

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

void require_url(const std::string& url, const std::string& model) {
  if (url.starts_with("http://") || url.starts_with("https://")) return;
  throw Error(ErrorKind::configuration, fmt::format("{}: the base URL {} is no http or https address", model, quote(url)))
      .with_hint("write it as in https://host/v1");
}

}  // namespace

std::span<const Vendor> vendors() { return table; }

Endpoint resolve(const Vendor& vendor, const ModelSettings& settings) {
  Endpoint endpoint{.model = settings.model.substr(std::min(settings.model.size(), vendor.name.size() + 1)), .key_variable = std::string(vendor.key_variable)};
  if (endpoint.model.empty())
    throw Error(ErrorKind::configuration, fmt::format("the model {} has no name after the slash", quote(settings.model)))
        .with_hint(fmt::format("write {}/NAME", vendor.name));
  const auto from_environment = environment(vendor.base_url_variable);
  endpoint.base_url = without_slash(!settings.base_url.empty()  ? settings.base_url
                                    : !from_environment.empty() ? from_environment
                                                                : std::string(vendor.base_url));
  require_url(endpoint.base_url, settings.model);
  const bool own = origin(endpoint.base_url) == origin(vendor.base_url);
  const bool trusted = own || settings.base_url.empty();
  endpoint.is_vendor = is_known(endpoint.base_url);
  endpoint.key = !settings.key.empty() ? settings.key : trusted ? environment(vendor.key_variable) : "";
  if (own && endpoint.key.empty() && !vendor.key_variable.empty())
    throw Error(ErrorKind::configuration, fmt::format("{} needs a key: {} is not set", settings.model, vendor.key_variable))
        .with_hint(fmt::format("export {}=…, or set `base_url` to a server that needs none", vendor.key_variable));
  return endpoint;
}

}  // namespace antiphon::openai
