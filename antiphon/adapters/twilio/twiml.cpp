#include "antiphon/adapters/twilio/twiml.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::wire {

namespace {

constexpr int deepest = 16;
constexpr std::string_view blank = " \t\r\n";

bool is_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == ':' || c == '.'; }

void append_utf8(std::string& text, std::uint32_t code) {
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xC0 | (code >> 6));
    text += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    text += static_cast<char>(0xE0 | (code >> 12));
    text += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    text += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    text += static_cast<char>(0xF0 | (code >> 18));
    text += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    text += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    text += static_cast<char>(0x80 | (code & 0x3F));
  }
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  TwimlElement document() {
    skip_between();
    auto root = element(0);
    skip_between();
    if (at_ != text_.size()) fail("something behind the end");
    return root;
  }

 private:
  [[noreturn]] void fail(std::string_view what) const {
    throw Error(ErrorKind::protocol, fmt::format("the answer to the call is no TwiML: {} at byte {}", what, at_)).with_party(Party::agent);
  }
  bool take(std::string_view what) {
    if (!text_.substr(at_).starts_with(what)) return false;
    at_ += what.size();
    return true;
  }
  void skip_blanks() { at_ = std::min(text_.find_first_not_of(blank, at_), text_.size()); }
  void skip_past(std::string_view what) {
    const auto found = text_.find(what, at_);
    if (found == std::string_view::npos) fail(fmt::format("no {}", what));
    at_ = found + what.size();
  }
  void skip_between() {
    take("\xEF\xBB\xBF");
    for (;;) {
      skip_blanks();
      if (take("<?"))
        skip_past("?>");
      else if (take("<!--"))
        skip_past("-->");
      else if (take("<!"))
        fail("a document type");
      else
        return;
    }
  }
  std::string name() {
    const auto begin = at_;
    while (at_ < text_.size() && is_name(text_[at_])) ++at_;
    if (at_ == begin) fail("no name");
    return std::string(text_.substr(begin, at_ - begin));
  }
  std::string entity() {
    const auto end = text_.find(';', at_);
    if (end == std::string_view::npos || end - at_ > 10) fail("an entity without an end");
    const auto what = text_.substr(at_, end - at_);
    static constexpr std::pair<std::string_view, char> known[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
    std::string text;
    for (const auto& [word, c] : known)
      if (what == word) text = c;
    if (what.starts_with('#')) append_utf8(text, code_of(what.substr(1)));
    if (text.empty()) fail("an unknown entity");
    at_ = end + 1;
    return text;
  }
  std::uint32_t code_of(std::string_view digits) const {
    const bool hex = digits.starts_with('x');
    if (hex) digits.remove_prefix(1);
    std::uint32_t code = 0;
    const auto [end, bad] = std::from_chars(digits.data(), digits.data() + digits.size(), code, hex ? 16 : 10);
    if (digits.empty() || bad != std::errc() || end != digits.data() + digits.size() || code == 0 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
      fail("a character that is none");
    return code;
  }
  std::string until(char end) {
    std::string text;
    while (at_ < text_.size() && text_[at_] != end) {
      if (take("&"))
        text += entity();
      else
        text += text_[at_++];
    }
    return text;
  }
  void attributes(TwimlElement& into) {
    for (;;) {
      skip_blanks();
      if (at_ >= text_.size()) fail("a tag without an end");
      if (text_[at_] == '>' || text_[at_] == '/') return;
      auto key = name();
      skip_blanks();
      if (!take("=")) fail("an attribute without a value");
      skip_blanks();
      const char quote = at_ < text_.size() ? text_[at_] : '\0';
      if (quote != '"' && quote != '\'') fail("a value without quotes");
      ++at_;
      auto value = until(quote);
      if (at_ == text_.size()) fail("a value without an end");
      ++at_;
      into.attributes.insert_or_assign(std::move(key), std::move(value));
    }
  }
  TwimlElement element(int depth) {
    if (depth > deepest) fail("too many elements within each other");
    if (!take("<")) fail("no element");
    TwimlElement read{.name = name()};
    attributes(read);
    if (take("/>")) return read;
    if (!take(">")) fail("a tag without an end");
    content(read, depth);
    return read;
  }
  void content(TwimlElement& into, int depth) {
    for (;;) {
      into.text += until('<');
      if (at_ == text_.size()) fail(fmt::format("{} without an end", into.name));
      if (take("<!--")) {
        skip_past("-->");
      } else if (take("<![CDATA[")) {
        const auto begin = at_;
        skip_past("]]>");
        into.text += text_.substr(begin, at_ - begin - 3);
      } else if (take("</")) {
        if (name() != into.name) fail(fmt::format("{} ends with another name", into.name));
        skip_blanks();
        if (!take(">")) fail("a tag without an end");
        return;
      } else {
        into.children.push_back(element(depth + 1));
      }
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

Error refusal(ErrorKind kind, std::string message, std::string hint = "") {
  return Error(kind, std::move(message)).with_party(Party::agent).with_hint(std::move(hint));
}

TwimlStream read_stream(const TwimlElement& noun) {
  TwimlStream stream{.url = std::string(trim(noun.attribute("url")))};
  if (stream.url.empty()) throw refusal(ErrorKind::protocol, "the agent's <Stream> has no url");
  for (const auto& child : noun.children)
    if (child.name == "Parameter") stream.parameters.emplace_back(child.attribute("name"), child.attribute("value"));
  return stream;
}

}  // namespace

const TwimlElement* TwimlElement::child(std::string_view of_name) const {
  const auto found = std::ranges::find(children, of_name, &TwimlElement::name);
  return found == children.end() ? nullptr : &*found;
}

std::string TwimlElement::attribute(std::string_view of_name) const {
  const auto found = attributes.find(of_name);
  return found == attributes.end() ? std::string() : found->second;
}

TwimlElement read_twiml(std::string_view text) {
  auto root = Reader(text).document();
  if (root.name != "Response")
    throw Error(ErrorKind::protocol, fmt::format("the answer to the call is no TwiML: its root is {} and not Response", quote(root.name)))
        .with_party(Party::agent);
  return root;
}

TwimlStream stream_of(const TwimlElement& response) {
  std::vector<std::string> skipped;
  for (const auto& verb : response.children) {
    if (verb.name == "Reject")
      throw refusal(ErrorKind::invalid_input,
                    fmt::format("the agent rejects the call ({})", verb.attribute("reason").empty() ? "rejected" : verb.attribute("reason")),
                    "let the agent take calls from the number under `from`");
    if (verb.name == "Hangup") throw refusal(ErrorKind::invalid_input, "the agent hangs up before anybody has spoken");
    if (const auto* stream = verb.child("Stream")) {
      if (verb.name != "Connect")
        throw refusal(ErrorKind::unsupported, fmt::format("the agent's <{}><Stream> goes one way: nobody could hear it answer", verb.name),
                      "an agent that speaks answers with <Connect><Stream>");
      auto read = read_stream(*stream);
      read.skipped = std::move(skipped);
      return read;
    }
    if (verb.name != "Say" && verb.name != "Play" && verb.name != "Pause")
      throw refusal(ErrorKind::unsupported, fmt::format("the agent wants <{}> of Twilio, which is not played here", verb.name),
                    "what is played is <Connect><Stream>, with <Say>, <Play> and <Pause> before it left out");
    skipped.push_back(verb.name);
  }
  throw refusal(ErrorKind::protocol, "the agent answers the call with no <Connect><Stream>");
}

}  // namespace antiphon::wire
