#include "antiphon/providers/llm/cassette/call_text.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

extern char** environ;

namespace antiphon {

namespace {

constexpr std::string_view mask = "***";
constexpr std::size_t shortest_secret = 8;  // shorter ones are words, and hiding those would spoil what was said

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }
bool is_word(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_ulid(char c) { return is_digit(c) || (c >= 'A' && c <= 'Z'); }
bool is_token(char c) { return is_word(c) || c == '-' || c == '.' || c == '+' || c == '/' || c == '=' || c == '~'; }

bool names_a_secret(std::string_view name) {
  const auto plain = lower(name);
  for (const auto* word : {"authorization", "api_key", "api-key", "apikey", "x-api-key", "key", "token", "access_token", "secret", "client_secret", "password"})
    if (plain == word) return true;
  return false;
}

bool is_key_variable(std::string_view name) {
  for (const auto* ending : {"_KEY", "_TOKEN", "_SECRET", "_PASSWORD"})
    if (name.ends_with(ending)) return true;
  return false;
}

void replace_all(std::string& text, std::string_view what) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + mask.size())) text.replace(at, what.size(), mask);
}

void hide_bearers(std::string& text) {
  for (const std::string_view word : {"Bearer ", "bearer "})
    for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + word.size())) {
      const auto begin = at + word.size();
      auto end = begin;
      while (end < text.size() && is_token(text[end])) ++end;
      if (end - begin >= shortest_secret) text.replace(begin, end - begin, mask);
    }
}

/// Reads what differs from run to run at one place of a text.
class Marks {
 public:
  Marks(std::string_view text, std::string_view thread_id, RunMarks marks) : text_(text), thread_id_(thread_id), marks_(marks) {}

  /// How many bytes the mark at `at` has, 0 where there is none, and what stands in its place.
  std::size_t length(std::size_t at, std::string_view& name) const {
    if (at > 0 && is_word(text_[at - 1])) return 0;
    const char c = text_[at];
    if (const auto n = own_id(at, name)) return n;
    if (is_digit(c))
      if (const auto n = time(at, name)) return n;
    if (marks_.times && is_digit(c))
      if (const auto n = duration(at, name)) return n;
    return is_hex(c) ? trace(at, name) : 0;
  }

 private:
  std::size_t run_of(std::size_t at, std::size_t most, bool (*fits)(char)) const {
    std::size_t n = 0;
    while (n < most && at + n < text_.size() && fits(text_[at + n])) ++n;
    return n;
  }
  bool ends_at(std::size_t at) const { return at >= text_.size() || !is_word(text_[at]); }
  bool has(std::size_t at, char c) const { return at < text_.size() && text_[at] == c; }

  std::size_t own_id(std::size_t at, std::string_view& name) const {
    name = "{{id}}";
    const auto rest = text_.substr(at);
    if (!thread_id_.empty() && rest.starts_with(thread_id_) && ends_at(at + thread_id_.size())) return thread_id_.size();
    for (const std::string_view prefix : {"thread_", "run_", "batch_"})
      if (rest.starts_with(prefix) && run_of(at + prefix.size(), 26, is_ulid) == 26 && ends_at(at + prefix.size() + 26)) return prefix.size() + 26;
    return 0;
  }

  std::size_t trace(std::size_t at, std::string_view& name) const {
    name = "{{trace}}";
    const bool parent = has(at, '0') && has(at + 1, '0') && has(at + 2, '-');
    const auto id = parent ? at + 3 : at;
    if (run_of(id, 33, is_hex) != 32 || !ends_at(id + 32)) return 0;
    if (!parent) return 32;
    return has(id + 32, '-') && run_of(id + 33, 17, is_hex) == 16 && has(id + 49, '-') && run_of(id + 50, 3, is_hex) == 2 ? 55 : 0;
  }

  std::size_t pair(std::size_t at, char before) const { return has(at, before) && run_of(at + 1, 3, is_digit) == 2 ? 3 : 0; }

  // As digests write it: 0.31 ms, 1.84 s, 1 min 38 s, and 12.34s since the start.
  std::size_t duration(std::size_t at, std::string_view& name) const {
    name = "{{duration}}";
    auto end = at + run_of(at, 12, is_digit);
    if (has(end, '.')) end += 1 + run_of(end + 1, 6, is_digit);
    if (at > 0 && text_[at - 1] == '+' && has(end, 's') && ends_at(end + 1)) return end + 1 - at;
    if (!has(end, ' ')) return 0;
    for (const std::string_view unit : {"ms", "s", "min"})
      if (text_.substr(end + 1).starts_with(unit) && ends_at(end + 1 + unit.size())) return end + 1 + unit.size() - at;
    return 0;
  }

  std::size_t time(std::size_t at, std::string_view& name) const {
    if (run_of(at, 5, is_digit) != 4 || !has(at + 7, '-') || run_of(at + 5, 2, is_digit) != 2 || !has(at + 4, '-') || run_of(at + 8, 2, is_digit) != 2)
      return 0;
    const auto day = at + 10;
    const bool clock = (has(day, 'T') || has(day, ' ')) && run_of(day + 1, 3, is_digit) == 2 && pair(day + 3, ':') > 0;
    if (!clock) {
      name = "{{date}}";
      return marks_.dates && ends_at(day) ? 10 : 0;
    }
    name = "{{time}}";
    auto end = day + 6;
    end += pair(end, ':');
    if (has(end, '.')) end += 1 + run_of(end + 1, 9, is_digit);
    if (has(end, 'Z')) return end + 1 - at;
    if (has(end, '+') || has(end, '-'))
      if (run_of(end + 1, 2, is_digit) == 2) end += 3 + (has(end + 3, ':') ? 3 : run_of(end + 3, 2, is_digit));
    return end - at;
  }

  std::string_view text_, thread_id_;
  RunMarks marks_;
};

// The path of a rules file differs from machine to machine.
std::string portable_name(const std::string& model) {
  constexpr std::string_view rules = "rules/";
  return model.starts_with(rules) ? std::string(rules) + std::filesystem::path(model.substr(rules.size())).filename().string() : model;
}

void append_member(std::string& out, std::string_view name) {
  if (out.back() != '{') out += ',';
  append_json_string(out, name);
  out += ':';
}

void append_choice(std::string& out, const ToolChoice& choice) {
  switch (choice.mode) {
    case ToolChoice::Mode::automatic: return;
    case ToolChoice::Mode::none: append_member(out, "tool_choice"), out += "\"none\""; return;
    case ToolChoice::Mode::required: append_member(out, "tool_choice"), out += "\"required\""; return;
    case ToolChoice::Mode::named: append_member(out, "tool_choice"), append_json_string(out, choice.name); return;
  }
}

}  // namespace

Secrets Secrets::of_environment() {
  Secrets secrets;
  for (char** entry = environ; entry && *entry; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (equals != std::string_view::npos && is_key_variable(text.substr(0, equals))) secrets.add(text.substr(equals + 1));
  }
  return secrets;
}

void Secrets::add(std::string_view value) {
  if (value.size() >= shortest_secret && std::find(values_.begin(), values_.end(), value) == values_.end()) values_.emplace_back(value);
}

std::string Secrets::hidden(std::string text) const {
  for (const auto& value : values_) replace_all(text, value);
  hide_bearers(text);
  return text;
}

json::value Secrets::hidden(const json::value& value) const {
  if (value.is_string()) return json::value(hidden(std::string(value.get_string())));
  if (value.is_array()) {
    json::array list;
    for (const auto& item : value.get_array()) list.push_back(hidden(item));
    return list;
  }
  if (!value.is_object()) return value;
  json::object object;
  for (const auto& member : value.get_object())
    object.emplace(member.key(), names_a_secret(member.key()) && member.value().is_string() ? json::value(mask) : hidden(member.value()));
  return object;
}

std::string without_run_marks(std::string_view text, std::string_view thread_id, RunMarks what) {
  const Marks marks(text, thread_id, what);
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    std::string_view name;
    if (const auto length = marks.length(at, name)) {
      out += name;
      at += length;
    } else {
      out += text[at++];
    }
  }
  return out;
}

std::string call_text(const ChatRequest& request, const ModelSettings& settings, const Secrets& secrets) {
  std::string out = "{";
  append_member(out, "model");
  append_json_string(out, portable_name(settings.model));
  if (request.temperature) append_member(out, "temperature"), out += json_text(*request.temperature);
  if (request.max_tokens) append_member(out, "max_tokens"), out += fmt::format("{}", *request.max_tokens);
  if (!settings.extra.empty()) append_member(out, "extra"), out += json_text(secrets.hidden(settings.extra));
  append_choice(out, request.tool_choice);
  if (request.response_schema) append_member(out, "response_schema"), out += json_text(*request.response_schema);
  if (!request.tools.empty()) append_member(out, "tools"), out += request.tools.serialized();
  append_member(out, "messages");
  out += '[';
  for (const auto& message : request.preamble)
    out += (out.back() == '[' ? "" : ",") + without_run_marks(message.serialized(), request.tags.thread_id, {.dates = true});
  for (const auto& message : request.messages) {
    if (out.back() != '[') out += ',';
    out += without_run_marks(message.serialized(), request.tags.thread_id, {.times = request.tags.role == "judge"});
  }
  return secrets.hidden(std::move(out) + "]}");
}

std::string sha256_hex(std::string_view bytes) {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);  // looking it up each time costs more than most texts do
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (!algorithm || EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, algorithm, nullptr) != 1)
    throw Error(ErrorKind::internal, "OpenSSL computes no SHA-256");
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(std::size_t{size} * 2);
  for (unsigned int i = 0; i < size; ++i) text += digits[digest[i] >> 4U], text += digits[digest[i] & 15U];
  return text;
}

}  // namespace antiphon
