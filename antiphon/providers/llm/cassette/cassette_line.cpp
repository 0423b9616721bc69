#include "antiphon/providers/llm/cassette/cassette_line.hpp"

#include <cmath>

#include <fmt/format.h>

#include "antiphon/base/text.hpp"
#include "antiphon/providers/llm/cassette/call_text.hpp"

namespace antiphon {

namespace {

constexpr std::string_view schema = "antiphon.cassette/2", first_schema = "antiphon.cassette/1";
constexpr std::string_view request_member = ",\"request\":";
constexpr std::string_view sum_member = ",\"sum\":\"";
constexpr std::size_t sum_digits = 16;
constexpr std::size_t tail_size = sum_member.size() + sum_digits + 2;

std::string summed(std::string body) {
  const auto sum = sha256_hex(body).substr(0, sum_digits);
  body += sum_member;
  body += sum;
  body += "\"}";
  return body;
}

[[noreturn]] void refuse(std::string what) { throw Error(ErrorKind::protocol, std::move(what)); }

// The line up to its checksum, whose closing brace is missing.
std::string_view checked_body(std::string_view line) {
  if (!line.starts_with('{')) refuse("this is no line of a cassette");
  const bool whole = line.size() > tail_size && line.ends_with("\"}") && line.substr(line.size() - tail_size).starts_with(sum_member);
  if (!whole) refuse("the line is cut off or was changed after it was recorded");
  const auto body = line.substr(0, line.size() - tail_size);
  if (sha256_hex(body).substr(0, sum_digits) != line.substr(line.size() - sum_digits - 2, sum_digits)) refuse("the line was changed after it was recorded");
  return body;
}

json::object object_of(std::string text) {
  auto value = parse_json(text);
  if (!value.is_object()) refuse("this is no line of a cassette");
  return std::move(value.get_object());
}

// Where the member `request` of the line itself begins: most of a line is the request, and a replay that finds all its calls never reads it.
std::size_t request_begin(std::string_view body) {
  int depth = 0;
  for (std::size_t i = 0; i < body.size(); ++i) {
    const char c = body[i];
    if (depth == 1 && c == ',' && body.substr(i).starts_with(request_member)) return i;
    if (c == '"')
      for (++i; i < body.size() && body[i] != '"'; ++i) i += body[i] == '\\' ? 1 : 0;
    depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
  }
  refuse("the line holds no request");
}

json::object failure_json(const Error& error) {
  json::object out{{"kind", json::string(to_string(error.kind()))}, {"message", json::string(error.message())}};
  if (!error.hint().empty()) out["hint"] = json::string(error.hint());
  if (error.party()) out["party"] = json::string(to_string(*error.party()));
  if (error.status()) out["status"] = *error.status();
  if (error.retry_after()) out["retry_after_s"] = to_seconds(*error.retry_after());
  return out;
}

Duration seconds(const json::value& object, std::string_view key) {
  const auto value = find_number(object, key).value_or(0);
  if (!std::isfinite(value) || value < 0 || value > 1e9) refuse(fmt::format("{} is no time", key));
  return Duration(std::llround(value * 1e9));
}

Error failure_from(const json::value& value) {
  const auto kind = error_kind_from(find_string(value, "kind").value_or(""));
  if (!kind) refuse("the line holds a failure of an unknown kind");
  Error error = Error(*kind, find_string(value, "message").value_or("")).with_hint(find_string(value, "hint").value_or(""));
  if (const auto party = party_from(find_string(value, "party").value_or(""))) error = Error(std::move(error).with_party(*party));
  if (const auto status = find_number(value, "status")) error = Error(std::move(error).with_status(static_cast<int>(*status)));
  if (find(value, "retry_after_s")) error = Error(std::move(error).with_retry_after(seconds(value, "retry_after_s")));
  return error;
}

int small_integer(const json::value& object, std::string_view key, int otherwise) {
  const auto value = find_number(object, key).value_or(otherwise);
  if (!(value >= 0 && value <= 1e9)) refuse(fmt::format("{} is no count", key));
  return static_cast<int>(value);
}

}  // namespace

std::string encode(const CassetteHeader& header) {
  json::object out{{"schema", json::string(schema)}, {"scenario", json::string(header.scenario)}, {"seed", header.seed}};
  auto text = json_text(out);
  text.pop_back();
  return summed(std::move(text));
}

std::string encode(const RecordedCall& call) {
  json::object out{{"kind", json::string(call.kind)}, {"key", json::string(call.key)}, {"role", json::string(call.role)}, {"turn", call.turn}};
  if (call.attempt != 1) out["attempt"] = call.attempt;
  out["latency_s"] = to_seconds(call.latency);
  if (call.failure) out["failure"] = failure_json(*call.failure);
  if (!call.answer.empty()) out["answer"] = call.answer;
  if (call.unanswered()) out["unanswered"] = true;
  auto text = json_text(out);
  text.pop_back();
  text += request_member;
  text += call.request;
  return summed(std::move(text));
}

CassetteHeader decode_header(std::string_view line) {
  constexpr std::string_view begin = "{\"schema\":\"";
  if (!line.starts_with(begin)) refuse("this is no cassette");
  const auto name = line.substr(begin.size(), std::min(line.find('"', begin.size()), line.size()) - begin.size());
  if (name != schema && name != first_schema)
    refuse(fmt::format("this cassette is of another version ({}); this program reads {} and {}", quote(cut(name, 60)), first_schema, schema));
  const auto header = object_of(std::string(checked_body(line)) + "}");
  CassetteHeader read{.scenario = find_string(header, "scenario").value_or(""), .version = name == schema ? 2 : 1};
  if (const auto* seed = header.if_contains("seed"); seed && (seed->is_int64() || seed->is_uint64())) read.seed = seed->to_number<std::uint64_t>();
  return read;
}

RecordedCall decode_call(std::string_view line) {
  const auto body = checked_body(line);
  const auto request = request_begin(body);
  json::value head = object_of(std::string(body.substr(0, request)) + "}");
  RecordedCall call{.kind = find_string(head, "kind").value_or(""),
                    .key = find_string(head, "key").value_or(""),
                    .role = find_string(head, "role").value_or(""),
                    .turn = small_integer(head, "turn", 0),
                    .attempt = small_integer(head, "attempt", 1),
                    .latency = seconds(head, "latency_s")};
  if (call.kind.empty() || call.key.empty()) refuse("the line names no call");
  if (const auto* failure = find(head, "failure")) call.failure = failure_from(*failure);
  if (auto* answer = head.get_object().if_contains("answer"); answer && answer->is_object()) call.answer = std::move(answer->get_object());
  call.request = std::string(body.substr(request + request_member.size()));
  return call;
}

}  // namespace antiphon
