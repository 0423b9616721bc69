#include "antiphon/providers/llm/rules/text_template.hpp"

#include <algorithm>

#include "antiphon/base/text.hpp"

namespace antiphon::rules {

namespace {

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
  });
}

std::optional<TextTemplate::Reference> reference_in(std::string_view inner) {
  const auto bar = inner.find('|');
  const auto name = trim(inner.substr(0, bar));
  if (!is_name(name)) return std::nullopt;
  TextTemplate::Reference reference{.name = std::string(name), .fallback = {}};
  if (bar != std::string_view::npos) reference.fallback = std::string(inner.substr(bar + 1));
  return reference;
}

}  // namespace

TextTemplate::TextTemplate(std::string_view text) {
  std::size_t plain = 0;
  for (auto at = text.find("{{"); at != std::string_view::npos; at = text.find("{{", at)) {
    const auto end = text.find("}}", at);
    auto reference = end == std::string_view::npos ? std::nullopt : reference_in(text.substr(at + 2, end - at - 2));
    if (!reference) {
      ++at;
      continue;
    }
    if (at > plain) pieces_.push_back({std::string(text.substr(plain, at - plain)), std::nullopt});
    pieces_.push_back({{}, std::move(reference)});
    at = plain = end + 2;
  }
  if (plain < text.size()) pieces_.push_back({std::string(text.substr(plain)), std::nullopt});
}

std::string TextTemplate::render(const Lookup& lookup) const {
  std::string out;
  for (const auto& piece : pieces_) {
    if (!piece.reference)
      out += piece.text;
    else if (const auto value = lookup(piece.reference->name))
      out += *value;
    else
      out += piece.reference->fallback.value_or("");
  }
  return out;
}

std::vector<TextTemplate::Reference> TextTemplate::references() const {
  std::vector<Reference> all;
  for (const auto& piece : pieces_)
    if (piece.reference) all.push_back(*piece.reference);
  return all;
}

json::value render_json(const json::value& value, const TextTemplate::Lookup& lookup) {
  if (value.is_string()) return json::value(json::string(TextTemplate(value.get_string()).render(lookup)));
  if (value.is_array()) {
    json::array array;
    for (const auto& item : value.get_array()) array.push_back(render_json(item, lookup));
    return array;
  }
  if (!value.is_object()) return value;
  json::object object;
  for (const auto& [key, member] : value.get_object()) object.emplace(key, render_json(member, lookup));
  return object;
}

void collect_references(const json::value& value, std::vector<TextTemplate::Reference>& out) {
  if (value.is_string()) {
    auto more = TextTemplate(value.get_string()).references();
    std::move(more.begin(), more.end(), std::back_inserter(out));
  }
  if (value.is_array())
    for (const auto& item : value.get_array()) collect_references(item, out);
  if (value.is_object())
    for (const auto& [key, member] : value.get_object()) collect_references(member, out);
}

}  // namespace antiphon::rules
