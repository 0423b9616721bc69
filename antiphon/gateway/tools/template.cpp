#include "antiphon/gateway/tools/template.hpp"

#include <cstdlib>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::gateway {

namespace {

constexpr auto hint = "write ${arguments.NAME}, ${session.NAME} or ${env.NAME}, and $$ for a dollar";

TemplateReference parse_reference(std::string_view inside) {
  auto names = split(inside, '.');
  TemplateReference reference;
  const auto scope = names.front();
  if (scope == "arguments")
    reference.scope = TemplateReference::Scope::arguments;
  else if (scope == "session")
    reference.scope = TemplateReference::Scope::session;
  else if (scope == "env")
    reference.scope = TemplateReference::Scope::environment;
  else
    throw Error(ErrorKind::configuration, fmt::format("${{{}}} stands for nothing", cut(inside, 60))).with_hint(hint);
  names.erase(names.begin());
  for (const auto& name : names)
    if (name.empty()) names.clear();
  if (names.empty()) throw Error(ErrorKind::configuration, fmt::format("${{{}}} names nothing", cut(inside, 60))).with_hint(hint);
  reference.path = std::move(names);
  return reference;
}

const json::value* look_up(const TemplateReference& reference, const json::object& arguments, const json::object& session) {
  const auto* object = reference.scope == TemplateReference::Scope::arguments ? &arguments : &session;
  const json::value* value = nullptr;
  for (const auto& name : reference.path) {
    if (!object) return nullptr;
    value = object->if_contains(name);
    if (!value) return nullptr;
    object = value->if_object();
  }
  return value;
}

std::string text_of(const TemplateReference& reference, const json::object& arguments, const json::object& session) {
  if (reference.scope == TemplateReference::Scope::environment) {
    const auto* value = std::getenv(reference.path.front().c_str());
    return value ? value : "";
  }
  const auto* value = look_up(reference, arguments, session);
  if (!value || value->is_null()) return {};
  return value->is_string() ? std::string(value->get_string()) : json_text(*value);
}

}  // namespace

Template::Template(std::string_view text) {
  std::string plain;
  const auto flush = [&] {
    if (!plain.empty()) pieces_.emplace_back(std::exchange(plain, {}));
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto next = at + 1 < text.size() ? text[at + 1] : '\0';
    if (text[at] != '$' || (next != '$' && next != '{')) {
      plain += text[at];
      continue;
    }
    ++at;
    if (next == '$') {
      plain += '$';
      continue;
    }
    const auto end = text.find('}', at);
    if (end == std::string_view::npos) throw Error(ErrorKind::configuration, fmt::format("a ${{ without its }} in {}", quote(cut(text, 80)))).with_hint(hint);
    flush();
    pieces_.emplace_back(parse_reference(text.substr(at + 1, end - at - 1)));
    at = end;
  }
  flush();
}

std::string Template::fill(const json::object& arguments, const json::object& session, const std::function<std::string(std::string_view)>& escape) const {
  std::string out;
  for (const auto& piece : pieces_) {
    if (const auto* text = std::get_if<std::string>(&piece)) {
      out += *text;
      continue;
    }
    const auto put = text_of(std::get<TemplateReference>(piece), arguments, session);
    out += escape ? escape(put) : put;
  }
  return out;
}

std::optional<json::value> Template::value(const json::object& arguments, const json::object& session) const {
  if (!is_one_reference()) return std::nullopt;
  const auto& reference = std::get<TemplateReference>(pieces_.front());
  if (reference.scope == TemplateReference::Scope::environment) return json::value(text_of(reference, arguments, session));
  const auto* value = look_up(reference, arguments, session);
  return value ? std::optional(*value) : std::nullopt;
}

json::value fill_json(const json::value& body, const json::object& arguments, const json::object& session) {
  if (const auto* text = body.if_string()) {
    const Template filled{std::string_view(*text)};
    if (!filled.is_one_reference()) return json::value(filled.fill(arguments, session));
    return filled.value(arguments, session).value_or(nullptr);
  }
  if (const auto* list = body.if_array()) {
    json::array out;
    for (const auto& item : *list) out.push_back(fill_json(item, arguments, session));
    return out;
  }
  const auto* object = body.if_object();
  if (!object) return body;
  json::object out;
  for (const auto& member : *object) {
    if (const auto* text = member.value().if_string()) {
      const Template filled{std::string_view(*text)};
      if (filled.is_one_reference() && !filled.value(arguments, session)) continue;
    }
    out.emplace(member.key(), fill_json(member.value(), arguments, session));
  }
  return out;
}

std::vector<TemplateReference> references_of(const json::value& body) {
  std::vector<TemplateReference> all;
  const auto take = [&all](std::vector<TemplateReference> more) { all.insert(all.end(), more.begin(), more.end()); };
  if (const auto* text = body.if_string()) {
    const Template parsed{std::string_view(*text)};
    for (const auto& piece : parsed.pieces())
      if (const auto* reference = std::get_if<TemplateReference>(&piece)) all.push_back(*reference);
  } else if (const auto* list = body.if_array()) {
    for (const auto& item : *list) take(references_of(item));
  } else if (const auto* object = body.if_object()) {
    for (const auto& member : *object) take(references_of(member.value()));
  }
  return all;
}

}  // namespace antiphon::gateway
