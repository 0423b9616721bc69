#include "antiphon/session/session_error.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "antiphon/base/text.hpp"

namespace antiphon::session {

namespace {

constexpr std::array<std::pair<Stage, std::string_view>, 5> stages{
    {{Stage::llm, "llm"}, {Stage::tts, "tts"}, {Stage::stt, "stt"}, {Stage::tool, "tool"}, {Stage::session, "session"}}};

std::optional<Stage> stage_from(std::string_view name) {
  for (const auto& [stage, known] : stages)
    if (known == name) return stage;
  return std::nullopt;
}

ErrorKind kind_of(std::string_view type, std::optional<int> status) {
  if (const auto known = error_kind_from(type)) return *known;
  if (type == "empty_input") return ErrorKind::invalid_input;
  if (type == "malformed") return ErrorKind::protocol;
  if (!status) return ErrorKind::unavailable;
  if (*status == 401 || *status == 403) return ErrorKind::unauthorized;
  if (*status == 404) return ErrorKind::not_found;
  if (*status == 429) return ErrorKind::rate_limited;
  return *status >= 400 && *status < 500 ? ErrorKind::invalid_input : ErrorKind::unavailable;
}

// A type is one word: a colon or a blank in it would shift what follows.
std::string word(std::string text) {
  std::replace_if(text.begin(), text.end(), [](unsigned char c) { return c == ':' || c <= ' '; }, '_');
  return text.empty() ? "unknown" : text;
}

bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > ' ' && c != ':'; });
}

}  // namespace

std::string_view to_string(Stage stage) { return stages.at(static_cast<std::size_t>(stage)).second; }

SessionError::SessionError(Stage stage, std::string type, std::optional<int> status, std::string message)
    : Error(kind_of(type, status), std::move(message)), stage_(stage), type_(word(std::move(type))) {
  if (status) static_cast<void>(std::move(static_cast<Error&>(*this)).with_status(*status));
}

SessionError SessionError::with_items(SessionItems items) && {
  items_ = std::move(items);
  return std::move(*this);
}

std::string SessionError::to_wire() const {
  return fmt::format("{}:{}:{}: {}", to_string(stage_), type_, status() ? std::to_string(*status()) : "-", message());
}

SessionError SessionError::from_wire(std::string_view text) {
  const auto unknown = [&] { return SessionError(Stage::session, "unknown", std::nullopt, std::string(text)); };
  const auto type_at = text.find(':');
  if (type_at == std::string_view::npos) return unknown();
  const auto status_at = text.find(':', type_at + 1);
  if (status_at == std::string_view::npos) return unknown();
  const auto message_at = text.find(": ", status_at + 1);
  if (message_at == std::string_view::npos) return unknown();
  const auto stage = stage_from(text.substr(0, type_at));
  const auto type = text.substr(type_at + 1, status_at - type_at - 1);
  const auto status = text.substr(status_at + 1, message_at - status_at - 1);
  const auto number = parse_integer(status);
  if (!stage || !is_word(type) || (status != "-" && (!number || *number < 0))) return unknown();
  return {*stage, std::string(type), status == "-" ? std::nullopt : number, std::string(text.substr(message_at + 2))};
}

}  // namespace antiphon::session
