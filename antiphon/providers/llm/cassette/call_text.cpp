#include "antiphon/providers/llm/cassette/call_text.hpp"

#include <algorithm>
#include <array>
#include <memory>

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
  Marks(std::string_view text, std::string_view thread_id, RunMarks marks) : text_(text), thread_id_(thread_id), marks_(marks) {
    for (const char c : std::string_view("0123456789abcdeftr")) begins_[static_cast<unsigned char>(c)] = true;
    if (!thread_id.empty()) begins_[static_cast<unsigned char>(thread_id.front())] = true;
  }

  /// How many bytes the mark at `at` has, 0 where there is none, and what stands in its place.
  std::size_t length(std::size_t at, std::string_view& name) const {
    const char c = text_[at];
    if (!begins_[static_cast<unsigned char>(c)] || follows_a_word(at)) return 0;
    if (const auto n = own_id(at, name)) return n;
    if (is_digit(c))
      if (const auto n = time(at, name)) return n;
    if (marks_.times && is_digit(c))
      if (const auto n = duration(at, name)) return n;
    return is_hex(c) ? trace(at, name) : 0;
  }

 private:
  // A line break in JSON is `\\n`: that n is no letter.
  bool follows_a_word(std::size_t at) const {
    if (at == 0 || !is_word(text_[at - 1])) return false;
    const char c = text_[at - 1];
    if (at < 2 || text_[at - 2] != '\\' || (c != 'n' && c != 't' && c != 'r')) return true;
    return at >= 3 && text_[at - 3] == '\\';
  }
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
  std::array<bool, 256> begins_{};  // what a mark can begin with
};

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
  if (value.size() < shortest_secret) return;
  // As it is, as it stands in JSON, and as in JSON that stands in JSON: what a tool is called with.
  std::string form(value);
  for (int i = 0; i < 3; ++i) {
    if (std::find(values_.begin(), values_.end(), form) == values_.end()) values_.push_back(form);
    std::string quoted;
    append_json_string(quoted, form);
    form = quoted.substr(1, quoted.size() - 2);
  }
  // One may begin another, whose rest would stay.
  std::sort(values_.begin(), values_.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
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

bool is_told_times(std::string_view role) { return role == "judge" || role == "auditor"; }

std::string without_run_marks(std::string_view text, std::string_view thread_id, RunMarks what) {
  const Marks marks(text, thread_id, what);
  std::string out;
  out.reserve(text.size());
  std::size_t kept = 0;  // start of what stays as it is
  for (std::size_t at = 0; at < text.size();) {
    std::string_view name;
    const auto length = marks.length(at, name);
    if (length == 0) {
      ++at;
      continue;
    }
    out.append(text, kept, at - kept).append(name);
    kept = at += length;
  }
  return out.append(text, kept);
}

void sha256_into(std::span<unsigned char> out, std::string_view a, std::string_view b) {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);  // looking it up each time costs more than most texts do
  thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  const bool done = algorithm && context && EVP_DigestInit_ex2(context.get(), algorithm, nullptr) == 1 &&
                    EVP_DigestUpdate(context.get(), a.data(), a.size()) == 1 && EVP_DigestUpdate(context.get(), b.data(), b.size()) == 1 &&
                    EVP_DigestFinal_ex(context.get(), digest.data(), &size) == 1;
  if (!done) throw Error(ErrorKind::internal, "OpenSSL computes no SHA-256");
  std::copy_n(digest.begin(), std::min<std::size_t>(size, out.size()), out.begin());
}

std::string hex_text(std::span<const unsigned char> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const auto byte : bytes) text += digits[byte >> 4U], text += digits[byte & 15U];
  return text;
}

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, 32> digest{};
  sha256_into(digest, bytes);
  return hex_text(digest);
}

}  // namespace antiphon
