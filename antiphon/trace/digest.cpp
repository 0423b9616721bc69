#include "antiphon/trace/digest.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/json.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/trace/attributes.hpp"
#include "antiphon/trace/readable.hpp"

namespace antiphon::trace {

namespace {

// Half of an id: a judge copies it without mistakes and for few tokens. Of 10,000 spans two share one in a run out of ninety, and then both are shown.
constexpr std::size_t short_id = 8;
constexpr std::size_t least_folded = 50;  // shorter texts cost less than the note that stands for them
// Bytes of one value: whole for a usual tool result, for one that is looked up four times that, half an answer; a line of a list where it is one.
constexpr std::size_t full_limit = 2000, expanded_limit = 8000, line_limit = 300;
constexpr std::size_t most_listed = 40;  // ids in the answer to one that does not exist: some 400 tokens
constexpr int deepest = 40;              // below it a tree is indented no further, for a line must have room for its words

std::string id_of(const Span& span) { return to_string(span.id).substr(0, short_id); }

// What the span's name says, what is the same for all of them, and what must not sway a judge: whether a model was asked or a recording, and what
// its provider happened to have in a cache, which differs from run to run.
bool told_already(std::string_view key) {
  for (const auto name : {attr::operation, attr::conversation, attr::agent_name, attr::request_model, attr::tool_name, attr::tool_type, attr::scenario_id,
                          attr::scenario_set, attr::run_id, attr::answered_from, attr::cached_input_tokens, attr::cache_write_tokens, attr::reasoning_tokens,
                          attr::turn, attr::role, attr::http_method})
    if (key == name) return true;
  return false;
}

std::string_view short_key(std::string_view key) {
  for (const std::string_view prefix : {"gen_ai.", "antiphon."})
    if (key.starts_with(prefix)) return key.substr(prefix.size());
  return key;
}

// Two texts that differ in spaces and case alone say the same.
std::uint64_t meaning_of(std::string_view text) {
  std::uint64_t hash = 14695981039346656037ULL;
  bool space = false;
  for (char c : text) {
    if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
      space = true;
      continue;
    }
    if (std::exchange(space, false)) hash = (hash ^ ' ') * 1099511628211ULL;
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  }
  return hash;
}

std::string plain(const Value& value) {
  struct Text {
    std::string operator()(bool b) const { return b ? "true" : "false"; }
    std::string operator()(std::int64_t n) const { return fmt::format("{}", n); }
    std::string operator()(double d) const { return fmt::format("{}", d); }
    std::string operator()(const std::string& text) const { return text; }
    std::string operator()(const std::vector<std::string>& list) const { return join(list, ", "); }
  };
  return std::visit(Text{}, value);
}

// JSON that was printed over several lines fits on one.
std::string on_one_line(std::string text) {
  if (text.find_first_of("\n\r") == std::string::npos) return text;
  if (text.front() == '{' || text.front() == '[')
    if (const auto value = try_parse_json(text)) return json_text(*value);
  return quote(text);
}

std::int64_t number(const Span& span, std::string_view key) {
  const auto* value = span.find(key);
  const auto* count = value ? std::get_if<std::int64_t>(value) : nullptr;
  return count ? *count : 0;
}

}  // namespace

struct Digest::Style {
  bool outline = false;
  Folds* folds = nullptr;  ///< nullptr: everything is written as often as it occurs
  std::size_t value_limit = full_limit;
};

const Digest::Folds::Place* Digest::Folds::find(std::uint64_t text) const {
  const auto it = by_text.find(text);
  return it == by_text.end() ? nullptr : &places[it->second];
}

void Digest::Folds::add(Place place) {
  by_text.emplace(place.text, places.size());
  places.push_back(place);
}

void Digest::Folds::cut_back_to(std::size_t size) {
  for (auto i = size; i < places.size(); ++i) by_text.erase(places[i].text);
  places.resize(std::min(size, places.size()));
}

Digest::Digest(std::shared_ptr<const Recorder> recorder) : recorder_(std::move(recorder)) {}

void Digest::update() {
  if (!recorder_) return;
  if (revision_ != recorder_->revision()) rebuild();
  first_dirty_ =
      static_cast<std::size_t>(std::find_if(sections_.begin(), sections_.end(), [](const Section& section) { return !section.complete; }) - sections_.begin());
  for (; seen_ < recorder_->spans().size(); ++seen_) attach(static_cast<std::uint32_t>(seen_));
  render_from(first_dirty_);
}

void Digest::rebuild() {
  revision_ = recorder_->revision();
  nodes_.clear(), by_id_.clear(), sections_.clear();
  folds_.cut_back_to(0);
  full_.clear(), outline_.clear(), errors_.clear();
  seen_ = shown_ = first_dirty_ = 0;
}

// The run's own span is the heading; what hangs below it, or below nothing that is known, is a section.
void Digest::attach(std::uint32_t index) {
  const auto& span = recorder_->spans()[index];
  nodes_.emplace_back();
  by_id_.emplace(span.id.value, index);
  if (index == 0) return;
  const auto parent = by_id_.find(span.parent.value);
  if (parent == by_id_.end() || parent->second == 0) return add_section(index);
  auto& above = nodes_[parent->second];
  above.children.push_back(index);
  nodes_[index].section = above.section;
  first_dirty_ = std::min(first_dirty_, static_cast<std::size_t>(above.section));
}

void Digest::add_section(std::uint32_t index) {
  nodes_[index].section = static_cast<std::uint32_t>(sections_.size());
  sections_.push_back({.span = index});
}

void Digest::cut_back_to(const Section& section) {
  full_.resize(section.full_at), outline_.resize(section.outline_at), errors_.resize(section.errors_at);
  shown_ = section.shown_at;
  folds_.cut_back_to(section.folds_at);
}

void Digest::render_from(std::size_t first) {
  if (first >= sections_.size()) return;
  if (sections_[first].written) cut_back_to(sections_[first]);
  for (auto i = first; i < sections_.size(); ++i) {
    auto& section = sections_[i];
    section.full_at = full_.size(), section.outline_at = outline_.size(), section.errors_at = errors_.size();
    section.folds_at = folds_.places.size(), section.shown_at = shown_;
    section.written = section.complete = true;
    note(section.span, section, true);
    if (!is_shown(section.span)) continue;
    write(full_, section.span, {}, true, 0, {.folds = &folds_});
    write(outline_, section.span, {}, true, 0, {.outline = true});
  }
}

// Counts what is shown, keeps errors, and finds out whether anything is still under way.
void Digest::note(std::uint32_t index, Section& section, bool above_shown) {
  const auto& span = recorder_->spans()[index];
  section.complete = section.complete && span.ended;
  const bool shown = above_shown && is_shown(index);
  if (shown) ++shown_;
  if (shown && span.status == SpanStatus::error)
    errors_ += fmt::format("[{}] {}: {}\n", id_of(span), span.name, shortened(on_one_line(span.status_message), line_limit));
  for (const auto child : nodes_[index].children) note(child, section, shown);
}

// A turn in which only the tester was at work says nothing about the agent.
bool Digest::is_shown(std::uint32_t index) const {
  const auto& span = recorder_->spans()[index];
  if (!span.shown) return false;
  return !span.find(attr::turn) || !shown_children(index).empty();
}

std::vector<std::uint32_t> Digest::shown_children(std::uint32_t index) const {
  std::vector<std::uint32_t> list;
  for (const auto child : nodes_[index].children)
    if (is_shown(child)) list.push_back(child);
  return list;
}

void Digest::write(std::string& out, std::uint32_t index, const std::string& prefix, bool last, int depth, const Style& style) const {
  const auto& span = recorder_->spans()[index];
  const std::string branch = depth == 0 ? "" : last ? "└─ " : "├─ ";
  const auto below = prefix + (depth == 0 ? "" : last ? "   " : "│  ");
  out.append(prefix).append(branch);
  write_line(out, span, style.outline);
  const auto children = shown_children(index);
  if (!style.outline) write_details(out, span, below + (children.empty() ? "    " : "│   "), style);
  if (depth >= deepest && !children.empty()) {
    out += fmt::format("{}({} spans deeper than this is shown)\n", below, children.size());
    return;
  }
  for (std::size_t i = 0; i < children.size(); ++i) write(out, children[i], below, i + 1 == children.size(), depth + 1, style);
}

void Digest::write_line(std::string& out, const Span& span, bool outline) const {
  out += fmt::format("[{}] +{:.2f}s {} ", id_of(span), to_seconds(span.start - recorder_->started()), span.name);
  out += span.ended ? fmt::format("({})", format_duration(span.end - span.start)) : std::string("(under way)");
  if (const auto tokens = number(span, attr::input_tokens) + number(span, attr::output_tokens); outline && tokens > 0)
    out += fmt::format(", {} tokens", tokens);
  if (span.status == SpanStatus::error) out += " ⚠ " + shortened(on_one_line(span.status_message), line_limit);
  out += '\n';
}

void Digest::write_details(std::string& out, const Span& span, const std::string& indent, const Style& style) const {
  for (const auto& attribute : span.attributes)
    if (!told_already(attribute.key)) write_value(out, span, attribute, indent, style);
  for (const auto& event : span.events) {
    out += fmt::format("{}[event] {} +{:.2f}s\n", indent, short_key(event.name), to_seconds(event.at - recorder_->started()));
    for (const auto& attribute : event.attributes) write_value(out, span, attribute, indent + "    ", style);
  }
}

void Digest::write_value(std::string& out, const Span& span, const Attribute& attribute, const std::string& indent, const Style& style) const {
  out.append(indent).append(short_key(attribute.key)).append(": ").append(value_text(span, attribute, style)) += '\n';
}

std::string Digest::value_text(const Span& span, const Attribute& attribute, const Style& style) const {
  auto text = plain(attribute.value);
  if (text.size() < least_folded) return text.empty() ? text : on_one_line(std::move(text));
  text = on_one_line(without_media(text));
  if (style.folds && text.size() >= least_folded) {
    const auto meaning = meaning_of(text);
    if (const auto* before = style.folds->find(meaning))
      return fmt::format("(as {} of [{}])", short_key(before->key), to_string(before->span).substr(0, short_id));
    style.folds->add({meaning, span.id, attribute.key});
  }
  return shortened(text, style.value_limit);
}

std::string Digest::header() const {
  auto text = fmt::format("{} span{} in {}", shown_, shown_ == 1 ? "" : "s", format_duration(recorder_->now() - recorder_->started()));
  if (recorder_->dropped() > 0) text += fmt::format("; {} more were too many to keep", recorder_->dropped());
  return text + "\n\n";
}

std::size_t Digest::tokens() const { return empty() ? 0 : estimated_tokens(full_.size() + errors_.size() + 80); }

void Digest::append_full(std::string& out) const {
  if (empty()) return void(out += "No spans were recorded.\n");
  out.append(header()).append(full_);
  if (!errors_.empty()) out.append("\nErrors:\n").append(errors_);
}

void Digest::append_outline(std::string& out) const {
  if (empty()) return void(out += "No spans were recorded.\n");
  out.append(header()).append(outline_);
}

std::vector<std::uint32_t> Digest::in_order() const {
  std::vector<std::uint32_t> order, open;
  for (auto section = sections_.rbegin(); section != sections_.rend(); ++section)
    if (is_shown(section->span)) open.push_back(section->span);
  while (!open.empty()) {
    const auto index = open.back();
    open.pop_back();
    order.push_back(index);
    const auto children = shown_children(index);
    open.insert(open.end(), children.rbegin(), children.rend());
  }
  return order;
}

std::string Digest::known_ids() const {
  const auto order = in_order();
  std::vector<std::string> list;
  for (std::size_t i = 0; i < std::min(order.size(), most_listed); ++i) {
    const auto& span = recorder_->spans()[order[i]];
    list.push_back(fmt::format("{} ({})", id_of(span), span.name));
  }
  if (list.empty()) return "there are no spans";
  return "there are: " + join(list, ", ") + (order.size() > list.size() ? fmt::format(" and {} more", order.size() - list.size()) : "");
}

std::string Digest::expand(std::span<const std::string> ids) const {
  std::string out;
  const auto order = in_order();
  for (const auto& given : ids) {
    const auto id = lower(trim(given));
    bool found = false;
    for (const auto index : order) {
      const auto& span = recorder_->spans()[index];
      if (id.size() < short_id || !to_string(span.id).starts_with(id)) continue;
      write(out, index, {}, true, 0, {.value_limit = expanded_limit});
      found = true;
    }
    if (!found) out += fmt::format("No span has the id {}; {}\n", quote(cut(given, 40)), known_ids());
    if (out.size() > answer_bytes) break;
  }
  return out.empty() ? "No ids were given; " + known_ids() + "\n" : cut_answer(std::move(out));
}

std::string Digest::grep(const std::string& pattern) const {
  if (trim(pattern).empty()) return "The pattern is empty: give a word to look for.\n";
  const auto regex = as_pattern(pattern);
  std::string out;
  std::size_t found = 0;
  try {
    for (const auto index : in_order()) {
      std::string head, details;
      write_line(head, recorder_->spans()[index], false);
      write_details(details, recorder_->spans()[index], "    ", {.value_limit = expanded_limit});
      const auto lines = matching_lines(regex, details);
      if ((regex.matches(head) || !lines.empty()) && ++found <= most_found) out.append(head).append(lines);
    }
  } catch (const Error&) {
    return too_long_to_match(pattern);
  }
  if (found > most_found) out += fmt::format("({} more spans match: use a narrower pattern)\n", found - most_found);
  return found == 0 ? fmt::format("No span matches {}; {}\n", quote(cut(pattern, 80)), known_ids()) : cut_answer(std::move(out));
}

}  // namespace antiphon::trace
