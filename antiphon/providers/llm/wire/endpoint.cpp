#include "antiphon/providers/llm/wire/endpoint.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::wire {

namespace {

constexpr Vendor table[] = {
    {{"openai", "https://api.openai.com/v1", {"OPENAI_API_KEY"}, {"OPENAI_BASE_URL"}}, Protocol::chat_completions},
    {{"anthropic", "https://api.anthropic.com", {"ANTHROPIC_API_KEY"}, {"ANTHROPIC_BASE_URL"}}, Protocol::messages},
    {{"gemini", "https://generativelanguage.googleapis.com", {"GEMINI_API_KEY", "GOOGLE_API_KEY"}, {"GEMINI_BASE_URL", "GOOGLE_GEMINI_BASE_URL"}},
     Protocol::generate_content},
    {{"azure", "", {"AZURE_OPENAI_API_KEY"}, {"AZURE_OPENAI_ENDPOINT"}}, Protocol::azure},
    {{"groq", "https://api.groq.com/openai/v1", {"GROQ_API_KEY"}, {"GROQ_BASE_URL"}}, Protocol::chat_completions},
    {{"openrouter", "https://openrouter.ai/api/v1", {"OPENROUTER_API_KEY"}, {"OPENROUTER_BASE_URL"}}, Protocol::chat_completions},
    {{"xai", "https://api.x.ai/v1", {"XAI_API_KEY"}, {"XAI_BASE_URL"}}, Protocol::chat_completions},
    {{"ollama", "http://127.0.0.1:11434/v1", {}, {"OLLAMA_BASE_URL"}}, Protocol::chat_completions},
};

std::string first_set(const std::array<std::string_view, 2>& names) {
  for (const auto name : names)
    if (auto value = environment(name); !value.empty()) return value;
  return {};
}

std::string_view origin(std::string_view url) {
  const auto scheme = url.find("://");
  return scheme == std::string_view::npos ? url : url.substr(0, url.find_first_of("/?", scheme + 3));
}

// Azure gives every customer a name of their own below one of these.
bool is_azure(std::string_view origin) {
  constexpr std::string_view domains[] = {".azure.com", ".azure.us", ".azure.cn"};
  return std::any_of(std::begin(domains), std::end(domains), [&](std::string_view domain) { return origin.ends_with(domain); });
}

bool is_known(std::string_view url) {
  return is_azure(origin(url)) || std::any_of(std::begin(table), std::end(table),
                                              [&](const Vendor& vendor) { return !vendor.base_url.empty() && origin(vendor.base_url) == origin(url); });
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

std::string address(const Service& vendor, const ModelSettings& settings) {
  auto url = settings.base_url;
  if (url.empty()) url = first_set(vendor.base_url_variables);
  return url.empty() ? std::string(vendor.base_url) : url;
}

std::string base_url(const Service& vendor, const ModelSettings& settings) {
  auto url = address(vendor, settings);
  if (url.empty())
    throw Error(ErrorKind::configuration, fmt::format("{} needs an address: {} is not set", settings.model, vendor.base_url_variables[0]))
        .with_hint(fmt::format("export {}=https://NAME.openai.azure.com, or set `base_url`", vendor.base_url_variables[0]));
  require_url(url, settings.model);
  return without_slash(std::move(url));
}

}  // namespace

std::span<const Vendor> vendors() { return table; }

std::string environment(std::string_view name) {
  const auto* value = name.empty() ? nullptr : std::getenv(std::string(name).c_str());
  return value ? value : "";
}

bool goes_to_vendor(const Service& vendor, const ModelSettings& settings) {
  const auto url = address(vendor, settings);
  return !url.empty() && is_known(url);
}

Endpoint resolve(const Service& vendor, const ModelSettings& settings) {
  const auto variable = vendor.key_variables[0];
  Endpoint endpoint{.model = settings.model.substr(std::min(settings.model.size(), vendor.name.size() + 1)), .key_variable = std::string(variable)};
  if (endpoint.model.empty())
    throw Error(ErrorKind::configuration, fmt::format("the model {} has no name after the slash", quote(settings.model)))
        .with_hint(fmt::format("write {}/NAME", vendor.name));
  endpoint.base_url = base_url(vendor, settings);
  endpoint.is_vendor = is_known(endpoint.base_url);
  const bool own = vendor.base_url.empty() ? is_azure(origin(endpoint.base_url)) : origin(endpoint.base_url) == origin(vendor.base_url);
  // Everybody can have an address at Azure, so one from a file is not to be trusted with a key.
  const bool trusted = settings.base_url.empty() || (own && !vendor.base_url.empty());
  endpoint.key = !settings.key.empty() ? settings.key : trusted ? first_set(vendor.key_variables) : "";
  if (own && endpoint.key.empty() && !variable.empty())
    throw Error(ErrorKind::configuration, fmt::format("{} needs a key: {} is not set", settings.model, variable))
        .with_hint(trusted ? fmt::format("export {}=…, or set `base_url` to a server that needs none", variable)
                           : fmt::format("beside `base_url` write  key: ${{{}}}", variable));
  return endpoint;
}

}  // namespace antiphon::wire
