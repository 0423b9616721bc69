#include "antiphon/providers/llm/cassette/raw_json.hpp"

namespace antiphon::raw_json {

namespace {

constexpr auto none = std::string_view::npos;

std::size_t string_end(std::string_view text, std::size_t at) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\\')
      ++at;
    else if (text[at] == '"')
      return at + 1;
  }
  return none;
}

std::size_t brackets_end(std::string_view text, std::size_t at) {
  for (int depth = 0; at < text.size();) {
    const char c = text[at];
    if (c == '"') {
      if (at = string_end(text, at); at == none) return none;
      continue;
    }
    ++at;
    depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
    if (depth == 0) return at;
  }
  return none;
}

std::size_t value_end(std::string_view text, std::size_t at) {
  if (at >= text.size()) return none;
  if (text[at] == '"') return string_end(text, at);
  if (text[at] == '{' || text[at] == '[') return brackets_end(text, at);
  const auto end = text.find_first_of(",]}", at);
  return end == at ? none : end;
}

bool is_wrapped(std::string_view text, char open, char close) { return text.size() >= 2 && text.front() == open && text.back() == close; }

}  // namespace

std::optional<std::vector<Member>> members(std::string_view object) {
  if (!is_wrapped(object, '{', '}')) return std::nullopt;
  std::vector<Member> list;
  for (std::size_t at = 1; at < object.size() - 1;) {
    if (object[at] != '"') return std::nullopt;
    const auto colon = string_end(object, at);
    if (colon == none || colon >= object.size() || object[colon] != ':') return std::nullopt;
    const auto end = value_end(object, colon + 1);
    if (end == none || end >= object.size() || (object[end] != ',' && end != object.size() - 1)) return std::nullopt;
    list.push_back({object.substr(at + 1, colon - at - 2), object.substr(colon + 1, end - colon - 1)});
    at = end + 1;
  }
  return list;
}

std::optional<std::vector<std::string_view>> elements(std::string_view array) {
  if (!is_wrapped(array, '[', ']')) return std::nullopt;
  std::vector<std::string_view> list;
  for (std::size_t at = 1; at < array.size() - 1;) {
    const auto end = value_end(array, at);
    if (end == none || end >= array.size() || (array[end] != ',' && end != array.size() - 1)) return std::nullopt;
    list.push_back(array.substr(at, end - at));
    at = end + 1;
  }
  return list;
}

std::optional<std::string_view> string_body(std::string_view value) {
  if (!is_wrapped(value, '"', '"') || string_end(value, 0) != value.size()) return std::nullopt;
  return value.substr(1, value.size() - 2);
}

std::vector<std::string_view> lines(std::string_view body) {
  std::vector<std::string_view> list;
  std::size_t begin = 0;
  for (auto at = body.find('\\'); at != none; at = body.find('\\', at + 2))
    if (at + 1 < body.size() && body[at + 1] == 'n') {
      list.push_back(body.substr(begin, at + 2 - begin));
      begin = at + 2;
    }
  if (begin < body.size()) list.push_back(body.substr(begin));
  return list;
}

}  // namespace antiphon::raw_json
