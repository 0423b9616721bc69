#include "antiphon/base/document.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>
#include <unordered_set>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon {

namespace {

constexpr std::size_t file_limit = std::size_t{16} << 20;  // suites are written by people; what is longer belongs into a dataset
constexpr std::size_t node_limit = 500'000;                // aliases of aliases grow without bound otherwise
constexpr int depth_limit = 200;                           // an alias may stand inside its own anchor

std::string number_text(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  return std::string(text);
}

std::optional<std::int64_t> integer_from(std::string_view raw) {
  const auto text = number_text(raw);
  int base = 10;
  std::size_t skip = 0;
  if (text.starts_with("0x")) base = 16, skip = 2;
  if (text.starts_with("0o")) base = 8, skip = 2;
  if (skip > 0 && text.find('-') != std::string::npos) return std::nullopt;
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + skip, end, value, base);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

// YAML 1.2 core schema: [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
std::optional<double> number_from(std::string_view raw) {
  const auto text = number_text(raw);
  const auto body = text.starts_with('-') ? std::string_view(text).substr(1) : std::string_view(text);
  if (body.empty() || !(body.front() == '.' || (body.front() >= '0' && body.front() <= '9'))) return std::nullopt;
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

// The parser counts bytes; people count characters.
Location place_of(const YAML::Mark& mark, std::string_view text, const std::string& file) {
  int column = mark.column;
  const auto end = static_cast<std::size_t>(std::max(mark.pos, 0));
  const auto begin = end - std::min(end, static_cast<std::size_t>(std::max(mark.column, 0)));
  for (auto i = begin; i < std::min(end, text.size()); ++i)
    if ((static_cast<unsigned char>(text[i]) & 0xC0) == 0x80) --column;
  return {file, mark.line + 1, column + 1};
}

class Builder {
 public:
  Builder(std::string_view text, const std::string& file, std::vector<Problem>& problems) : text_(text), file_(file), problems_(problems) {}

  Node build(const YAML::Node& from) {
    Node node;
    node.where = place(from.Mark());
    if (refused_) return node;
    if (++count_ > node_limit) {
      refuse(node, "the document holds too many values", "split it, or use fewer nested aliases");
      return node;
    }
    if (depth_ >= depth_limit) {
      refuse(node, "the document nests too deep", "nest less; an alias must not stand inside its own anchor");
      return node;
    }
    ++depth_;
    switch (from.Type()) {
      case YAML::NodeType::Scalar: scalar(from, node); break;
      case YAML::NodeType::Sequence: sequence(from, node); break;
      case YAML::NodeType::Map: mapping(from, node); break;
      default: break;
    }
    --depth_;
    return node;
  }

 private:
  void refuse(const Node& node, std::string message, std::string hint) {
    refused_ = true;
    problems_.push_back({.message = std::move(message), .where = node.where, .hint = std::move(hint)});
  }

  Location place(const YAML::Mark& mark) const { return place_of(mark, text_, file_); }

  static void scalar(const YAML::Node& from, Node& node) {
    node.kind = Node::Kind::scalar;
    node.text = from.Scalar();
    node.quoted = from.Tag() != "?";  // yaml-cpp tags plain scalars "?", quoted and block ones "!"
  }

  void sequence(const YAML::Node& from, Node& node) {
    node.kind = Node::Kind::sequence;
    node.items.reserve(from.size());
    for (const auto& item : from) node.items.push_back(build(item));
  }

  void mapping(const YAML::Node& from, Node& node) {
    node.kind = Node::Kind::mapping;
    std::vector<Node> merged;
    std::unordered_set<std::string> keys;
    for (const auto& pair : from) {
      if (!pair.first.IsScalar() && !pair.first.IsNull()) {
        problems_.push_back({.message = "a key must be text", .where = place(pair.first.Mark()), .hint = "write the key as a plain word"});
        continue;
      }
      const auto key = pair.first.IsNull() ? std::string("null") : pair.first.Scalar();
      if (key == "<<" && pair.first.Tag() == "?")
        merged.push_back(build(pair.second));
      else
        add(node, keys, key, place(pair.first.Mark()), build(pair.second));
    }
    for (auto& source : merged) merge(node, keys, std::move(source));
  }

  void add(Node& node, std::unordered_set<std::string>& keys, const std::string& key, Location where, Node value) {
    if (!keys.insert(key).second) {
      problems_.push_back({.message = fmt::format("{} is given twice in one mapping", quote(key)),
                           .where = where,
                           .hint = "remove one of them",
                           .width = static_cast<int>(key.size())});
      return;
    }
    // The parser puts an empty value behind the line's end, where nobody would look.
    if (value.is_null()) value.where = where;
    node.members.push_back({key, std::move(where), std::move(value)});
  }

  // Keys that stand in the mapping itself win over merged ones; of several sources the first wins.
  void merge(Node& node, std::unordered_set<std::string>& keys, Node source) {
    if (source.is_sequence()) {
      for (auto& item : source.items) merge(node, keys, std::move(item));
      return;
    }
    if (!source.is_mapping()) {
      problems_.push_back({.message = "<< merges mappings only", .where = source.where, .hint = "point it at an anchor of a mapping"});
      return;
    }
    for (auto& member : source.members)
      if (keys.insert(member.key).second) node.members.push_back(std::move(member));
  }

  std::string_view text_;
  const std::string& file_;
  std::vector<Problem>& problems_;
  std::size_t count_ = 0;
  int depth_ = 0;
  bool refused_ = false;
};

// YAML has none of them, and the parser reads some without end.
void refuse_control_characters(std::string_view text, const std::string& file) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r'; };
  const auto found = std::find_if(text.begin(), text.end(), is_control);
  if (found == text.end()) return;
  const auto at = static_cast<std::size_t>(found - text.begin());
  const auto before = text.substr(0, at);
  const auto line_start = before.rfind('\n') + 1;
  YAML::Mark mark;
  mark.pos = static_cast<int>(at);
  mark.line = static_cast<int>(std::count(before.begin(), before.end(), '\n'));
  mark.column = static_cast<int>(at - line_start);
  throw Problems({{.message = fmt::format("a control character (0x{:02X})", static_cast<unsigned char>(*found)),
                   .where = place_of(mark, text, file),
                   .hint = "remove it, or write it as \"\\x..\" in double quotes"}});
}

// Sees the documents of a stream go by and ends at the second.
class OneDocument final : public YAML::EventHandler {
 public:
  struct Second {
    YAML::Mark mark;
  };

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++count_ > 1) throw Second{mark};
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}

 private:
  int count_ = 0;
};

// The parser takes a stray `,` or `]` for one empty document after another, without end: nobody may ask it for all of them.
void refuse_second_document(const std::string& text, const std::string& file) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  OneDocument handler;
  try {
    while (parser.HandleNextDocument(handler)) {}
  } catch (const OneDocument::Second& second) {
    auto where = place_of(second.mark, text, file);
    throw Problems({{.message = "the document ends before this place, and more follows",
                     .where = std::move(where),
                     .hint = "remove a `---` line, a stray bracket or comma, or mend the indentation"}});
  }
}

bool is_name_char(char c, bool first) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || (!first && ((c >= '0' && c <= '9') || c == '.'));
}

struct Reference {
  std::string name;
  std::optional<std::string> fallback;
  std::size_t length = 0;
};

// A `${…}` at the start of `text`; nullopt where the braces hold no name, so that it stays as it is.
std::optional<Reference> read_reference(std::string_view text) {
  if (!text.starts_with("${")) return std::nullopt;
  std::size_t i = 2;
  while (i < text.size() && is_name_char(text[i], i == 2)) {
    ++i;
  }
  Reference reference{.name = std::string(text.substr(2, i - 2)), .fallback = {}, .length = 0};
  if (reference.name.empty() || i >= text.size()) return std::nullopt;
  if (text.substr(i).starts_with(":-")) {
    const auto end = text.find('}', i);
    if (end == std::string_view::npos) return std::nullopt;
    reference.fallback = std::string(text.substr(i + 2, end - i - 2));
    i = end;
  }
  if (text[i] != '}') return std::nullopt;
  reference.length = i + 1;
  return reference;
}

// The mistakes that people make most, told from the text before the place where the parser gave up.
std::string yaml_hint(std::string_view text, const YAML::Exception& error) {
  const auto lines = split(text, '\n');
  const auto last = std::min(lines.size(), static_cast<std::size_t>(std::max(error.mark.line, 0)) + 1);
  for (std::size_t i = 0; i < last; ++i)
    if (lines[i].substr(0, lines[i].find_first_not_of(" \t")).find('\t') != std::string::npos)
      return fmt::format("line {} is indented with a tab: YAML wants spaces", i + 1);
  if (error.msg == "illegal map value" && last > 0) {
    const auto before = lines[last - 1].substr(0, static_cast<std::size_t>(std::max(error.mark.column, 0)));
    if (before.find(": ") != std::string::npos)
      return fmt::format("line {} holds two keys one after the other: put the second into braces or on a line of its own, or the text in quotes", last);
    for (std::size_t i = last - 1; i-- > 0;) {
      if (trim(lines[i]).empty()) continue;
      if (lines[i].find(':') == std::string::npos) return fmt::format("a colon seems to be missing in line {}: write `key: value`", i + 1);
      break;
    }
  }
  return "check indentation and brackets, and put text that holds ? : # , { } [ or ] in quotes";
}

}  // namespace

std::string to_string(const Location& location) {
  if (location.line == 0) return location.file;
  if (location.column == 0) return fmt::format("{}:{}", location.file, location.line);
  return fmt::format("{}:{}:{}", location.file, location.line, location.column);
}

Problems::Problems(std::vector<Problem> list) : list_(std::move(list)) {
  for (const auto& problem : list_) text_ += fmt::format("{}{}: {}", text_.empty() ? "" : "\n", to_string(problem.where), problem.message);
}

const Node* Node::find(std::string_view key) const {
  const auto it = std::find_if(members.begin(), members.end(), [&](const Member& member) { return member.key == key; });
  return it == members.end() ? nullptr : &it->value;
}

std::optional<bool> Node::as_bool() const {
  if (!is_scalar() || quoted) return std::nullopt;
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  return std::nullopt;
}

std::optional<std::int64_t> Node::as_integer() const {
  if (!is_scalar() || (quoted && !expanded)) return std::nullopt;
  return integer_from(text);
}

std::optional<double> Node::as_number() const {
  if (!is_scalar() || (quoted && !expanded)) return std::nullopt;
  if (auto integer = integer_from(text)) return static_cast<double>(*integer);
  return number_from(text);
}

json::value Node::to_json() const {
  switch (kind) {
    case Kind::null: return nullptr;
    case Kind::sequence: {
      json::array array;
      for (const auto& item : items) array.push_back(item.to_json());
      return array;
    }
    case Kind::mapping: {
      json::object object;
      for (const auto& member : members) object[member.key] = member.value.to_json();
      return object;
    }
    case Kind::scalar: break;
  }
  if (!quoted && !expanded) {
    if (auto flag = as_bool()) return *flag;
    if (auto integer = integer_from(text)) return *integer;
    if (auto number = number_from(text)) return *number;
  }
  return json::value(json::string(text));
}

namespace {

// The parser takes a quote that nobody closed for closed at the end of the file, unless that comes in the middle of a line.
void refuse_open_quote(std::string_view text) {
  if (std::ranges::count(text, '"') % 2 == 0 && std::ranges::count(text, '\'') % 2 == 0) return;
  YAML::Load(std::string(text.substr(0, text.find_last_not_of(" \t\r\n") + 1)));
}

}  // namespace

Node parse_document(std::string_view text, const std::string& file) {
  if (!is_utf8(text)) {
    std::size_t good = 0;
    int line = 1;
    while (good < text.size() && is_utf8(text.substr(good, text.find('\n', good) - good))) {
      const auto end = text.find('\n', good);
      if (end == std::string_view::npos) break;
      good = end + 1, ++line;
    }
    throw Problems({{.message = "the file is not UTF-8", .where = {file, line, 1}, .hint = "save it as UTF-8"}});
  }
  refuse_control_characters(text, file);
  std::vector<Problem> problems;
  try {
    refuse_second_document(std::string(text), file);
    refuse_open_quote(text);
    Node node = Builder(text, file, problems).build(YAML::Load(std::string(text)));
    node.where.file = file;
    if (!problems.empty()) throw Problems(std::move(problems));
    return node;
  } catch (const YAML::Exception& error) {
    Problem problem{.message = "not YAML: " + error.msg, .where = place_of(error.mark, text, file), .hint = yaml_hint(text, error)};
    throw Problems({std::move(problem)});
  }
}

Node read_document(const std::string& file) {
  std::string text;
  try {
    text = read_file(file, file_limit);
  } catch (const Error& error) {
    throw Problems({{.message = error.message(), .where = {file, 0, 0}, .hint = "check the path"}});
  }
  return parse_document(text, file);
}

std::string expand_text(std::string_view text, const std::function<std::optional<std::string>(std::string_view)>& lookup, std::vector<std::string>& unset) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto rest = text.substr(i);
    if (rest.starts_with("$$")) {
      out += '$', i += 2;
      continue;
    }
    const auto reference = read_reference(rest);
    if (!reference) {
      out += text[i++];
      continue;
    }
    if (auto value = lookup(reference->name))
      out += *value;
    else if (reference->fallback)
      out += *reference->fallback;
    else
      unset.push_back(reference->name);
    i += reference->length;
  }
  return out;
}

void expand_variables(Node& node, const std::function<std::optional<std::string>(std::string_view)>& lookup, std::vector<Problem>& problems) {
  for (auto& item : node.items) expand_variables(item, lookup, problems);
  for (auto& member : node.members) expand_variables(member.value, lookup, problems);
  if (!node.is_scalar() || node.text.find('$') == std::string::npos) return;
  std::vector<std::string> unset;
  auto text = expand_text(node.text, lookup, unset);
  node.expanded = node.expanded || text != node.text;
  node.text = std::move(text);
  for (const auto& name : unset)
    problems.push_back({.message = fmt::format("${{{}}} is not set", name),
                        .where = node.where,
                        .hint = fmt::format("set it in the environment, a matrix or a dataset, or write ${{{}:-default}}", name),
                        .width = 0});
}

}  // namespace antiphon
