#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/gateway/client/placed_call.hpp"
#include "antiphon/net/query.hpp"

namespace antiphon::gateway {

namespace {

std::string with_scheme(const std::string& url) {
  for (const auto* scheme : {"ws://", "wss://", "http://", "https://"})
    if (url.starts_with(scheme)) return url;
  if (url.find("://") == std::string::npos && !url.empty() && url.front() != '/') return "ws://" + url;
  throw Error(ErrorKind::usage, fmt::format("{} is no address of a gateway", quote(url))).with_hint("write it as ws://HOST:PORT or wss://HOST/ws/call");
}

}  // namespace

std::string call_url(const std::string& url, const std::string& caller_id, const std::string& locale) {
  auto all = with_scheme(url);
  const auto host = all.find("://") + 3;
  const auto mark = all.find('?', host);
  auto query = mark == std::string::npos ? std::string() : all.substr(mark + 1);
  all.resize(std::min(mark, all.size()));
  const auto path = all.find('/', host);
  if (path == std::string::npos || path + 1 == all.size()) all = all.substr(0, path) + "/ws/call";
  if (query.find("signature=") != std::string::npos) return all + "?" + query;  // whatever is added to it breaks it
  const auto known = net::query_of("/?" + query);
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!net::find_parameter(known, name) && !value.empty()) query += fmt::format("{}{}={}", query.empty() ? "" : "&", name, percent_encode(value));
  };
  add("caller_id", caller_id);
  add("locale", locale);
  add("events", "1");
  return all + "?" + query;
}

}  // namespace antiphon::gateway
