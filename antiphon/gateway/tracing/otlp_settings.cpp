#include <fmt/format.h>

#include "antiphon/base/base64.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/gateway/tracing/otlp_exporter.hpp"

namespace antiphon::gateway {

namespace {

using Variable = std::function<std::optional<std::string>(std::string_view)>;

std::string value_of(const Variable& variable, std::string_view name) { return variable(name).value_or(""); }

Error wrong(std::string_view name, std::string_view what, std::string_view hint) {
  return Error(ErrorKind::configuration, fmt::format("{} {}", name, what)).with_hint(std::string(hint));
}

std::string checked_url(std::string_view name, std::string url) {
  if (!url.starts_with("http://") && !url.starts_with("https://")) throw wrong(name, "is no address", "write it as http://collector:4318");
  return url;
}

std::string below(std::string url, std::string_view path) {
  while (url.ends_with('/')) url.pop_back();
  return url.append(path);
}

std::string decoded(std::string_view text) {
  const auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1; };
  std::string all;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escaped = text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0;
    all += escaped ? static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2])) : text[i];
    if (escaped) i += 2;
  }
  return all;
}

/// `key=value,key=value`, values in percent encoding. The value is quoted nowhere: it may be a key.
net::Headers pairs_of(std::string_view name, const std::string& list) {
  net::Headers all;
  for (const auto& entry : split(list, ',')) {
    const auto pair = trim(entry);
    if (pair.empty()) continue;
    const auto at = pair.find('=');
    if (at == std::string_view::npos || at == 0) throw wrong(name, "is no list of pairs", "write it as NAME=VALUE,NAME=VALUE");
    all.emplace_back(trim(pair.substr(0, at)), decoded(trim(pair.substr(at + 1))));
  }
  return all;
}

std::optional<OtlpSettings> langfuse(const Variable& variable) {
  const auto open = value_of(variable, "LANGFUSE_PUBLIC_KEY"), secret = value_of(variable, "LANGFUSE_SECRET_KEY");
  if (open.empty() && secret.empty()) return std::nullopt;
  if (open.empty() || secret.empty())
    throw wrong(open.empty() ? "LANGFUSE_PUBLIC_KEY" : "LANGFUSE_SECRET_KEY", "is not set, though the other key is", "set both, or none");
  auto host = value_of(variable, "LANGFUSE_HOST");
  if (host.empty()) host = "https://cloud.langfuse.com";
  OtlpSettings settings{.url = below(checked_url("LANGFUSE_HOST", std::move(host)), "/api/public/otel/v1/traces")};
  settings.headers.emplace_back("Authorization", "Basic " + encode_base64(open + ":" + secret));
  return settings;
}

std::optional<OtlpSettings> standard(const Variable& variable) {
  constexpr std::string_view traces = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", all = "OTEL_EXPORTER_OTLP_ENDPOINT";
  OtlpSettings settings;
  if (auto url = value_of(variable, traces); !url.empty())
    settings.url = checked_url(traces, std::move(url));  // as it stands
  else if (url = value_of(variable, all); !url.empty())
    settings.url = below(checked_url(all, std::move(url)), "/v1/traces");
  else
    return std::nullopt;
  for (const std::string_view name : {"OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"}) {
    settings.headers = pairs_of(name, value_of(variable, name));
    if (!settings.headers.empty()) break;
  }
  return settings;
}

}  // namespace

std::optional<OtlpSettings> otlp_settings_from(const Variable& variable) {
  auto settings = standard(variable);
  if (!settings) settings = langfuse(variable);
  if (!settings) return std::nullopt;
  for (auto& [name, value] : pairs_of("OTEL_RESOURCE_ATTRIBUTES", value_of(variable, "OTEL_RESOURCE_ATTRIBUTES"))) settings->resource[name] = value;
  if (const auto name = value_of(variable, "OTEL_SERVICE_NAME"); !name.empty()) settings->resource["service.name"] = name;
  return settings;
}

}  // namespace antiphon::gateway
