#include "antiphon/base/document_reader.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include <fmt/format.h>

#include "antiphon/base/text.hpp"

namespace antiphon {

namespace {

// 0 lets the report find the token itself: after ${…} the text is not what stands in the file.
int width_of(const Node& node) {
  if (!node.is_scalar()) return node.is_null() ? 0 : 1;
  return node.expanded || node.quoted ? 0 : std::max(static_cast<int>(node.text.size()), 1);
}

std::string shown(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null: return "nothing";
    case Node::Kind::sequence: return "a list";
    case Node::Kind::mapping: return "a mapping";
    case Node::Kind::scalar: break;
  }
  return quote(cut(node.text, 60));
}

std::string range_text(std::int64_t least, std::int64_t most) {
  if (most == std::numeric_limits<std::int64_t>::max() || most == std::numeric_limits<int>::max())
    return least == std::numeric_limits<std::int64_t>::min() ? "" : fmt::format(" of at least {}", least);
  return fmt::format(" from {} to {}", least, most);
}

}  // namespace

void DocumentReader::report(const Node& at, std::string message, std::string hint, std::string underline) {
  problems_.push_back({std::move(message), at.where, std::move(hint), width_of(at), std::move(underline)});
}

void DocumentReader::report_unknown(std::string_view kind, std::string_view word, const Location& where, const std::vector<std::string>& allowed,
                                    std::string_view inside) {
  auto sorted = allowed;
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  const auto near = nearest(word, sorted);
  problems_.push_back({.message = fmt::format("unknown {} {}{}{}", kind, quote(word), inside.empty() ? "" : " in ", inside),
                       .where = where,
                       .hint = fmt::format("{}; allowed: {}", near ? "rename it" : "remove it", join(sorted, ", ")),
                       .width = std::max(static_cast<int>(word.size()), 1),
                       .underline = near ? fmt::format("did you mean {}?", quote(*near)) : ""});
}

void DocumentReader::report_later(const Location& where, std::string_view what, std::string_view word, const std::vector<std::string>& instead) {
  auto hint = instead.empty() ? std::string("remove it") : "use one of: " + join(instead, ", ");
  problems_.push_back({.message = fmt::format("{} {} is not in this version yet", what, quote(word)),
                       .where = where,
                       .hint = std::move(hint),
                       .width = std::max(static_cast<int>(word.size()), 1)});
}

void DocumentReader::report_type(const Node& at, std::string_view what, std::string_view wanted, std::string_view example) {
  report(at, fmt::format("{} must be {}, not {}", what, wanted, shown(at)), fmt::format("write it as {}", example));
}

std::optional<std::string> DocumentReader::text(const Node& node, std::string_view what) {
  if (node.is_scalar()) return node.text;
  report_type(node, what, "text", fmt::format("`{}: some text`", what));
  return std::nullopt;
}

std::optional<std::int64_t> DocumentReader::integer(const Node& node, std::string_view what, std::int64_t least, std::int64_t most) {
  const auto value = node.as_integer();
  if (value && *value >= least && *value <= most) return value;
  const auto example = least > std::numeric_limits<std::int64_t>::min() ? std::max<std::int64_t>(least, std::min<std::int64_t>(most, 4)) : 4;
  report_type(node, what, "a whole number" + range_text(least, most), fmt::format("`{}: {}`{}", what, example, node.quoted ? ", without quotes" : ""));
  return std::nullopt;
}

std::optional<double> DocumentReader::number(const Node& node, std::string_view what, double least, double most) {
  const auto value = node.as_number();
  if (value && *value >= least && *value <= most) return value;
  report_type(node, what, fmt::format("a number from {} to {}", least, most), fmt::format("`{}: {}`", what, std::min(most, std::max(least, 0.5))));
  return std::nullopt;
}

std::optional<double> DocumentReader::ratio(const Node& node, std::string_view what) {
  if (const auto value = node.as_number(); value && *value >= 0 && *value <= 1) return value;
  if (node.is_scalar() && node.text.ends_with('%')) {
    const auto digits = trim(std::string_view(node.text).substr(0, node.text.size() - 1));
    double percent = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), percent);
    if (error == std::errc() && stop == digits.data() + digits.size() && percent >= 0 && percent <= 100) return percent / 100;
  }
  report_type(node, what, "a ratio", fmt::format("`{0}: 0.3` or `{0}: 30%`", what));
  return std::nullopt;
}

std::optional<bool> DocumentReader::boolean(const Node& node, std::string_view what) {
  if (auto value = node.as_bool()) return value;
  if (node.is_scalar() && node.expanded && (node.text == "true" || node.text == "false")) return node.text == "true";
  report_type(node, what, "true or false", fmt::format("`{}: true`", what));
  return std::nullopt;
}

std::optional<Duration> DocumentReader::duration(const Node& node, std::string_view what, bool or_none) {
  bool has_unit = false;
  if (node.is_scalar()) {
    if (auto value = parse_duration(node.text); value && value->count() >= (or_none ? 0 : 1)) return value;
    const std::string_view text = node.text;
    has_unit = parse_duration(text.substr(text.starts_with('-') ? 1 : 0)).has_value();
  }
  const auto* wanted = !has_unit ? "a duration with its unit" : or_none ? "0s or longer" : "longer than 0s";
  report_type(node, what, wanted, fmt::format("`{}: 800ms`, `2s`, `1.5m` or `1h`", what));
  return std::nullopt;
}

std::optional<std::string> DocumentReader::url(const Node& node, std::string_view what) {
  if (node.is_scalar()) {
    const auto scheme = node.text.find("://");
    const auto name = lower(std::string_view(node.text).substr(0, std::min(scheme, node.text.size())));
    if (scheme != std::string::npos && (name == "http" || name == "https") && node.text.size() > scheme + 3) return node.text;
  }
  report_type(node, what, "an address that begins with http:// or https://", fmt::format("`{}: \"http://127.0.0.1:8080/v1\"`", what));
  return std::nullopt;
}

std::optional<std::string> DocumentReader::choice(const Node& node, std::string_view what, const std::vector<std::string>& allowed) {
  if (!node.is_scalar()) {
    report_type(node, what, "one word", fmt::format("`{}: {}`", what, allowed.front()));
    return std::nullopt;
  }
  if (std::find(allowed.begin(), allowed.end(), node.text) != allowed.end()) return node.text;
  const auto near = nearest(node.text, allowed);
  report(node, fmt::format("{} cannot be {}", what, shown(node)), "allowed: " + join(allowed, ", "), near ? fmt::format("did you mean {}?", quote(*near)) : "");
  return std::nullopt;
}

std::optional<std::vector<std::string>> DocumentReader::texts(const Node& node, std::string_view what) {
  if (!node.is_sequence()) {
    report_type(node, what, "a list", fmt::format("`{}: [one, two]`", what));
    return std::nullopt;
  }
  if (node.items.empty()) {
    report(node, fmt::format("{} is an empty list", what), "list at least one, or remove it");
    return std::nullopt;
  }
  std::vector<std::string> list;
  bool whole = true;
  for (const auto& item : node.items) {
    if (item.is_scalar())
      list.push_back(item.text);
    else
      report_type(item, fmt::format("each of {}", what), "text", "`- \"some text\"`, in quotes where it holds a colon"), whole = false;
  }
  if (!whole) return std::nullopt;
  return list;
}

std::optional<std::vector<std::pair<std::string, std::string>>> DocumentReader::named_texts(const Node& node, std::string_view what) {
  if (!node.is_mapping()) {
    report_type(node, what, "a mapping", fmt::format("`{}: {{name: value}}`", what));
    return std::nullopt;
  }
  std::vector<std::pair<std::string, std::string>> list;
  for (const auto& member : node.members)
    if (auto value = text(member.value, member.key)) list.emplace_back(member.key, *std::move(value));
  return list;
}

std::optional<json::object> DocumentReader::object(const Node& node, std::string_view what) {
  if (node.is_mapping()) return node.to_json().as_object();
  report_type(node, what, "a mapping", fmt::format("`{}: {{name: value}}`", what));
  return std::nullopt;
}

DocumentFields::DocumentFields(DocumentReader& reader, const Node& node, std::string owner, std::string_view example)
    : reader_(reader), node_(node), owner_(std::move(owner)) {
  if (node_.is_mapping()) return;
  const auto hint = example.empty() ? std::string("write it as `{key: value}`") : fmt::format("write it as `{}`", example);
  reader_.report(node_, fmt::format("{} must be a mapping, not {}", owner_, shown(node_)), hint);
}

const Node* DocumentFields::get(std::string_view key) {
  known_.emplace_back(key);
  return node_.find(key);
}

const Node* DocumentFields::require(std::string_view key, std::string_view example) {
  const auto* value = get(key);
  if (!value && node_.is_mapping()) reader_.report(node_, fmt::format("{} needs {}", owner_, quote(key)), fmt::format("add `{}`", example));
  return value;
}

void DocumentFields::later(std::initializer_list<std::string_view> keys) { later_.insert(later_.end(), keys.begin(), keys.end()); }

void DocumentFields::finish() {
  for (const auto& member : node_.members) {
    if (std::find(known_.begin(), known_.end(), member.key) != known_.end()) continue;
    if (std::find(later_.begin(), later_.end(), member.key) != later_.end())
      reader_.report_later(member.where, "key", member.key, {});
    else
      reader_.report_unknown("key", member.key, member.where, known_, owner_);
  }
}

std::optional<std::string> DocumentFields::text(std::string_view key) {
  const auto* value = get(key);
  return value ? reader_.text(*value, key) : std::nullopt;
}

std::optional<int> DocumentFields::integer(std::string_view key, int least, int most) {
  const auto* value = get(key);
  if (!value) return std::nullopt;
  const auto number = reader_.integer(*value, key, least, most);
  return number ? std::optional(static_cast<int>(*number)) : std::nullopt;
}

std::optional<bool> DocumentFields::boolean(std::string_view key) {
  const auto* value = get(key);
  return value ? reader_.boolean(*value, key) : std::nullopt;
}

std::optional<Duration> DocumentFields::duration(std::string_view key) {
  const auto* value = get(key);
  return value ? reader_.duration(*value, key) : std::nullopt;
}

std::optional<std::vector<std::string>> DocumentFields::texts(std::string_view key) {
  const auto* value = get(key);
  return value ? reader_.texts(*value, key) : std::nullopt;
}

std::optional<json::object> DocumentFields::object(std::string_view key) {
  const auto* value = get(key);
  return value ? reader_.object(*value, key) : std::nullopt;
}

std::string directory_of(const Location& where) {
  const auto parent = std::filesystem::path(where.file).parent_path().string();
  return parent.empty() ? "." : parent;
}

std::string resolve_path(const Node& named_at, const std::string& path) {
  return (std::filesystem::path(named_at.where.file).parent_path() / path).lexically_normal().string();
}

}  // namespace antiphon
