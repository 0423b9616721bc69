#include "antiphon/gateway/speaking/speakable.hpp"

#include <algorithm>
#include <utility>

namespace antiphon::gateway {

namespace {

constexpr int longest_target = 500;  // of a link: behind it, an open bracket was none

bool is_figure(char c) { return c >= '0' && c <= '9'; }
/// Every byte of a letter beyond ASCII counts.
bool is_word_part(char c) { return is_figure(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80; }

bool only(std::string_view text, std::string_view characters) { return text.find_first_not_of(characters) == std::string_view::npos; }

enum class Head { open, text, item, heading, quote, code };

Head numbered_head(std::string_view head) {
  const auto end = std::min(head.find_first_not_of("0123456789"), head.size());
  const auto rest = head.substr(end);
  if (end > 3) return Head::text;
  if (rest.empty() || rest == "." || rest == ")") return Head::open;
  return rest == ". " || rest == ") " ? Head::item : Head::text;
}

Head heading_head(std::string_view head) {
  if (only(head, "#")) return head.size() > 6 ? Head::text : Head::open;
  return head.back() == ' ' ? Head::heading : Head::text;
}

/// `-`, `*`, `+`, `_`: an item, a rule, or emphasis.
Head dashed_head(std::string_view head) {
  if (head == "- " || head == "* " || head == "+ ") return Head::item;
  return only(head, head.substr(0, 1)) ? Head::open : Head::text;
}

/// What the first characters of a line are; blanks before them are gone.
Head kind_of(std::string_view head) {
  switch (head.front()) {
    case '#': return heading_head(head);
    case '>': return Head::quote;
    case '|': return only(head, "|-: ") ? Head::open : Head::text;
    case '`': return head == "```" ? Head::code : only(head, "`") ? Head::open : Head::text;
    case '-':
    case '*':
    case '+':
    case '_': return dashed_head(head);
    default: return is_figure(head.front()) ? numbered_head(head) : Head::text;
  }
}

/// A line of these says nothing.
bool is_rule(std::string_view head) { return head.size() >= 3 && (only(head, "-") || only(head, "*") || only(head, "_") || only(head, "|-: ")); }

}  // namespace

std::string Speakable::push(std::string_view text) {
  for (const char c : text) take(c);
  return std::exchange(out_, {});
}

std::string Speakable::finish() {
  if (place_ == Place::line_head && !head_.empty() && !is_rule(head_)) read_head_as_text();
  return std::exchange(out_, {});
}

void Speakable::take(char c) {
  if (c == '\r') return;
  switch (place_) {
    case Place::line_head: return take_line_head(c);
    case Place::text: return take_text(c);
    case Place::after_bracket:
      place_ = c == '(' ? Place::link_target : c == '[' ? Place::reference : Place::text;
      depth_ = 1, skipped_ = 0;
      if (place_ == Place::text) take_text(c);
      return;
    case Place::link_target:
    case Place::reference: return take_link_target(c);
    case Place::code: return take_code(c);
    case Place::line_rest:
      if (c == '\n') begin_line(2);
      return;
  }
}

void Speakable::begin_line(int breaks) {
  place_ = Place::line_head;
  breaks_ += breaks;
  head_.clear();
  underscore_ = false;
}

void Speakable::take_line_head(char c) {
  if (c == '\n') {
    if (!head_.empty() && !is_rule(head_)) {
      read_head_as_text();
      return take(c);
    }
    return begin_line(head_.empty() ? 1 : 2);
  }
  if (head_.empty() && (c == ' ' || c == '\t')) return;
  head_ += c == '\t' ? ' ' : c;
  switch (kind_of(head_)) {
    case Head::open: return;
    case Head::text: return read_head_as_text();
    case Head::item: join_line(true, false); break;
    case Head::heading: join_line(false, true); break;
    case Head::quote: head_.clear(); return;
    case Head::code: place_ = Place::code, ticks_ = 0; return;
  }
  head_.clear();
  place_ = Place::text;
}

void Speakable::read_head_as_text() {
  const auto head = std::exchange(head_, {});
  join_line(false, false);
  place_ = Place::text;
  for (const char c : head) take(c);
}

void Speakable::join_line(bool is_item, bool is_heading) {
  if (last_ != '\0') {
    const bool ends_part = std::string_view(".!?:;,\n").find(last_) != std::string_view::npos;
    if (is_item && !ends_part) put(',');
    const bool is_break = !is_item && (breaks_ > 1 || in_item_ || in_heading_ || is_heading);
    put(is_break ? '\n' : ' ');
  }
  in_item_ = is_item, in_heading_ = is_heading, breaks_ = 0;
}

void Speakable::take_text(char c) {
  if (std::exchange(underscore_, false) && is_word_part(c)) put(' ');
  if (c == '\n') return begin_line(1);
  if (std::string_view("*`~[]|\\_").find(c) != std::string_view::npos) return take_mark(c);
  put(c);
}

void Speakable::take_mark(char c) {
  if (c == ']') place_ = Place::after_bracket;
  if (c == '|') put(' ');
  if (c == '_') underscore_ = is_word_part(last_);  // "order_id" is two words, "_so_" is one
}

void Speakable::take_link_target(char c) {
  if (c == '\n') return begin_line(1);
  const bool is_reference = place_ == Place::reference;
  if (c == (is_reference ? '[' : '(')) ++depth_;
  if (c == (is_reference ? ']' : ')')) --depth_;
  if (depth_ == 0 || ++skipped_ > longest_target) place_ = Place::text;
}

void Speakable::take_code(char c) {
  ticks_ = c == '`' ? ticks_ + 1 : 0;
  if (ticks_ == 3) place_ = Place::line_rest;
}

void Speakable::put(char c) {
  out_ += c;
  if (c != ' ') last_ = c;
}

}  // namespace antiphon::gateway
