#include "antiphon/gateway/endpoints/call_request.hpp"

#include <algorithm>
#include <set>
#include <span>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/gateway/language/spoken_locale.hpp"
#include "antiphon/net/query.hpp"

namespace antiphon::gateway {

namespace {

constexpr std::size_t longest_caller_id = 128;  // bytes
using audio::AudioFormat;
using audio::Encoding;
constexpr AudioFormat heard[] = {
    {Encoding::pcm16, 16000}, {Encoding::pcm16, 8000}, {Encoding::pcm16, 24000}, {Encoding::pcm16, 48000}, {Encoding::mulaw, 8000}};
constexpr AudioFormat spoken[] = {{Encoding::pcm16, 24000}, {Encoding::pcm16, 16000}, {Encoding::pcm16, 8000}, {Encoding::mulaw, 8000}};

AudioFormat format_of(const net::Query& query, std::string_view name, std::span<const AudioFormat> known) {
  const auto text = net::find_parameter(query, name);
  if (!text) return known.front();
  for (const auto& format : known)
    if (to_string(format) == *text) return format;
  std::vector<std::string> names;
  for (const auto& format : known) names.push_back(to_string(format));
  throw Error(ErrorKind::invalid_input, fmt::format("{}={} is not spoken here: there are {}", name, quote(*text), fmt::join(names, ", ")));
}

/// Of two values somebody in front of the gateway may have looked at the other one.
void refuse_what_is_unclear(const net::Query& query) {
  std::set<std::string_view> seen;
  for (const auto& [name, value] : query) {
    if (!is_utf8(name) || !is_utf8(value)) throw Error(ErrorKind::invalid_input, fmt::format("{} is not UTF-8", is_utf8(name) ? name : "a parameter"));
    if (!seen.insert(name).second) throw Error(ErrorKind::invalid_input, fmt::format("{} is given twice", quote(cut(name, 60))));
  }
}

}  // namespace

std::string spoken_locale(std::string_view wanted, const std::vector<std::string>& locales, std::vector<CallNotice>& notices) {
  auto [locale, match] = choose_locale(locales, wanted);
  if (match != LocaleChoice::Match::asked) notices.push_back({"locale_fallback", fmt::format("locale {} is not spoken here: it is {}", quote(wanted), locale)});
  return std::move(locale);
}

CallRequest read_call_request(std::string_view target, const std::vector<std::string>& locales) {
  const auto query = net::query_of(target);
  refuse_what_is_unclear(query);
  CallRequest request;
  request.caller_id = net::find_parameter(query, "caller_id").value_or("");
  if (request.caller_id.empty()) throw Error(ErrorKind::invalid_input, "caller_id is missing: /ws/call?caller_id=WHO");
  if (std::ranges::any_of(request.caller_id, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }))
    throw Error(ErrorKind::invalid_input, "caller_id holds control characters");
  if (request.caller_id.size() > longest_caller_id) throw Error(ErrorKind::invalid_input, "caller_id is longer than 128 bytes");
  request.locale = spoken_locale(net::find_parameter(query, "locale").value_or(""), locales, request.notices);
  request.in = format_of(query, "in", heard);
  request.out = format_of(query, "out", spoken);
  request.events = net::find_parameter(query, "events") == "1";
  request.resume = net::find_parameter(query, "resume").value_or("");
  return request;
}

}  // namespace antiphon::gateway
