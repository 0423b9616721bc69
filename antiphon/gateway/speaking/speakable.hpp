#pragma once

#include <string>
#include <string_view>

namespace antiphon::gateway {

/// Takes Markdown out of a text as it streams: emphasis, headings, quotes, rules, tables, links and pictures (their text stays), blocks of code (all of it
/// goes). A list becomes one sentence with commas; a blank line and the end of a heading become a line break; other line breaks become blanks.
///
/// However the text is cut into pieces, the result is the same. Only marks that the next characters decide about are held back, never the end of a sentence
/// in the middle of a line.
class Speakable {
 public:
  /// What can be said for sure by now.
  std::string push(std::string_view text);
  /// The rest.
  std::string finish();

 private:
  enum class Place { line_head, text, after_bracket, link_target, reference, code, line_rest };

  void take(char c);
  void take_line_head(char c);
  void take_text(char c);
  void take_mark(char c);
  void take_link_target(char c);
  void take_code(char c);
  void begin_line(int breaks);
  /// A line begins here: joins it to what was said.
  void join_line(bool is_item, bool is_heading);
  /// The head was no mark: it is text.
  void read_head_as_text();
  void put(char c);

  std::string out_;
  std::string head_;  ///< of a line: may still be the mark of a list, heading, rule, table or code
  Place place_ = Place::line_head;
  int breaks_ = 0;  ///< line breaks since the last text
  bool in_item_ = false;
  bool in_heading_ = false;
  bool underscore_ = false;  ///< stands before the next character
  int depth_ = 0;            ///< of brackets in a link's target
  int skipped_ = 0;          ///< characters of it
  int ticks_ = 0;            ///< in a row
  char last_ = '\0';         ///< put
};

}  // namespace antiphon::gateway
