#include "antiphon/providers/llm/cassette/shared_request.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <unordered_map>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/providers/llm/cassette/raw_json.hpp"

namespace antiphon {

namespace {

constexpr std::string_view like_member = "{\"like\":\"", grown_member = "{\"of\":";
// Fewer common bytes are written anew: people read them more easily than two numbers.
constexpr std::size_t least_shared_lines = 24;
// Lines may be taken from an earlier text again and again: without a limit a small file could ask for all memory there is.
constexpr std::size_t longest_text = std::size_t{16} << 20;

[[noreturn]] void refuse(std::string what) { throw Error(ErrorKind::protocol, std::move(what)); }

/// A message around its text.
struct Framed {
  std::string_view before, text, after;
};

std::optional<Framed> framed(std::string_view message) {
  const auto members = raw_json::members(message);
  if (!members) return std::nullopt;
  for (const auto& member : *members) {
    if (member.name != "content") continue;
    const auto text = raw_json::string_body(member.value);
    if (!text) return std::nullopt;
    const auto begin = static_cast<std::size_t>(text->data() - message.data());
    return Framed{message.substr(0, begin), *text, message.substr(begin + text->size())};
  }
  return std::nullopt;
}

/// Writes a text as new pieces and lines of an older one.
class TextPieces {
 public:
  explicit TextPieces(std::string_view old) : old_(raw_json::lines(old)) {
    for (std::size_t i = old_.size(); i-- > 0;) first_[old_[i]] = i;
  }

  std::string of(std::string_view text) {
    const auto lines = raw_json::lines(text);
    std::size_t after = 0;  // in the old text: what follows is looked for there first
    for (std::size_t i = 0; i < lines.size();) {
      const auto begin = place_of(lines[i], after);
      std::size_t count = 0, bytes = 0;
      while (begin && i + count < lines.size() && *begin + count < old_.size() && lines[i + count] == old_[*begin + count]) bytes += lines[i + count++].size();
      if (bytes < least_shared_lines) {
        fresh_ += lines[i++];
        continue;
      }
      flush();
      out_ += fmt::format("{}[{},{}]", out_.empty() ? "" : ",", *begin + 1, *begin + count);
      i += count, after = *begin + count;
    }
    flush();
    return "[" + std::move(out_) + "]";
  }

 private:
  std::optional<std::size_t> place_of(std::string_view line, std::size_t after) const {
    if (after < old_.size() && old_[after] == line) return after;
    const auto known = first_.find(line);
    if (known == first_.end()) return std::nullopt;
    const auto at = std::find(old_.begin() + static_cast<std::ptrdiff_t>(std::min(after, old_.size())), old_.end(), line);
    return at == old_.end() ? known->second : static_cast<std::size_t>(at - old_.begin());
  }
  void flush() {
    if (fresh_.empty()) return;
    out_ += fmt::format("{}\"{}\"", out_.empty() ? "" : ",", fresh_);
    fresh_.clear();
  }

  std::vector<std::string_view> old_;
  std::unordered_map<std::string_view, std::size_t> first_;
  std::string out_, fresh_;
};

// Empty where nothing is gained.
std::string grown_message(const std::string& message, const std::string& old, std::size_t index) {
  const auto now = framed(message), was = framed(old);
  if (!now || !was || now->before != was->before || now->after != was->after || now->text.size() > longest_text) return {};
  auto text = fmt::format("{{\"of\":{},\"text\":{}}}", index, TextPieces(was->text).of(now->text));
  return text.size() < message.size() ? text : std::string();
}

std::size_t shared_messages(const CallRequest& a, const CallRequest& b) {
  const auto same = [](const auto& x, const auto& y) { return x == y || *x == *y; };
  return static_cast<std::size_t>(std::mismatch(a.messages.begin(), a.messages.end(), b.messages.begin(), b.messages.end(), same).first - a.messages.begin());
}

std::size_t number(std::string_view text, std::string_view what) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) refuse(fmt::format("{} is no number", what));
  return value;
}

std::string_view member(const std::vector<raw_json::Member>& members, std::string_view name) {
  for (const auto& each : members)
    if (each.name == name) return each.value;
  refuse(fmt::format("the recorded request lacks {}", name));
}

std::vector<raw_json::Member> members_of(std::string_view text) {
  auto members = raw_json::members(text);
  if (!members) refuse("the recorded request is no object");
  return *std::move(members);
}

std::vector<std::string_view> elements_of(std::string_view text, std::string_view what) {
  auto list = raw_json::elements(text);
  if (!list) refuse(fmt::format("{} is no list", what));
  return *std::move(list);
}

std::string_view lines_between(std::string_view text, const std::vector<std::string_view>& lines, std::string_view range) {
  const auto pair = elements_of(range, "a piece of a recorded text");
  if (pair.size() != 2) refuse("a piece of a recorded text names no two lines");
  const auto from = number(pair[0], "a line"), to = number(pair[1], "a line");
  if (from < 1 || from > to || to > lines.size()) refuse(fmt::format("a recorded text takes lines {} to {} of {}", from, to, lines.size()));
  const auto begin = static_cast<std::size_t>(lines[from - 1].data() - text.data());
  const auto end = static_cast<std::size_t>(lines[to - 1].data() - text.data()) + lines[to - 1].size();
  return text.substr(begin, end - begin);
}

std::string regrown(const std::vector<raw_json::Member>& members, const CallRequest& earlier) {
  const auto index = number(member(members, "of"), "the message that a recorded one grew from");
  if (index >= earlier.messages.size()) refuse(fmt::format("a recorded message grew from message {} of {}", index, earlier.messages.size()));
  const auto old = framed(*earlier.messages[index]);
  if (!old) refuse(fmt::format("a recorded message grew from message {}, which is no text", index));
  const auto lines = raw_json::lines(old->text);
  std::string out(old->before);
  for (const auto& piece : elements_of(member(members, "text"), "a recorded text")) {
    const auto fresh = raw_json::string_body(piece);
    out += fresh ? *fresh : lines_between(old->text, lines, piece);
    if (out.size() > longest_text + old->before.size()) refuse(fmt::format("a recorded text is put together to more than {} bytes", longest_text));
  }
  return out.append(old->after);
}

}  // namespace

std::size_t shared_bytes(const CallRequest& request, const CallRequest& earlier) {
  std::size_t bytes = request.head == earlier.head || *request.head == *earlier.head ? request.head->size() : 0;
  const auto same = shared_messages(request, earlier);
  for (std::size_t i = 0; i < same; ++i) bytes += request.messages[i]->size();
  return bytes;
}

std::string compact_text(const CallRequest& request, const CallRequest& earlier, std::string_view earlier_key) {
  auto whole = request.text();
  if (!request.has_messages || !earlier.has_messages) return whole;
  std::string out = fmt::format("{}{}\",", like_member, earlier_key);
  if (*request.head != *earlier.head && request.head->size() > 2) out.append(*request.head, 1, request.head->size() - 2).append(1, ',');
  if (*request.head != *earlier.head && request.head->size() <= 2) return whole;
  const auto first = shared_messages(request, earlier);
  out += fmt::format("\"messages\":{{\"first\":{},\"then\":[", first);
  for (auto i = first; i < request.messages.size() && out.size() < whole.size(); ++i) {
    if (i > first) out += ',';
    if (request.messages[i]->starts_with(grown_member)) return whole;  // no message of ours, and it would be read as something else
    const auto grown = i < earlier.messages.size() ? grown_message(*request.messages[i], *earlier.messages[i], i) : std::string();
    out += grown.empty() ? *request.messages[i] : grown;
  }
  out += "]}}";
  return out.size() < whole.size() ? out : whole;
}

std::string_view builds_on(std::string_view text) {
  if (!text.starts_with(like_member)) return {};
  const auto begin = like_member.size();
  const auto end = std::min(text.find('"', begin), text.size());
  return text.substr(begin, end - begin);
}

CallRequest expand(std::string_view text, const std::function<const CallRequest*(std::string_view)>& earlier) {
  const auto key = builds_on(text);
  if (!text.starts_with(like_member)) return request_from(text);
  const auto* old = earlier(key);
  if (!old) refuse(fmt::format("the line builds on the call {}, which does not stand before it", key));
  const auto members = members_of(text);
  if (members.size() < 2 || members.back().name != "messages") refuse("the recorded request lacks messages");
  CallRequest request{.head = old->head, .has_messages = true};
  if (members.size() > 2) {
    const auto begin = static_cast<std::size_t>(members[1].name.data() - text.data()) - 1;
    const auto end = static_cast<std::size_t>(members.back().name.data() - text.data()) - 2;
    request.head = std::make_shared<const std::string>("{" + std::string(text.substr(begin, end - begin)) + "}");
  }
  const auto messages = members_of(members.back().value);
  const auto first = number(member(messages, "first"), "the number of common messages");
  if (first > old->messages.size()) refuse(fmt::format("the recorded request begins with {} of {} messages", first, old->messages.size()));
  request.messages.assign(old->messages.begin(), old->messages.begin() + static_cast<std::ptrdiff_t>(first));
  for (const auto& message : elements_of(member(messages, "then"), "what follows the common messages")) {
    const bool grew = message.starts_with(grown_member);
    request.messages.push_back(std::make_shared<const std::string>(grew ? regrown(members_of(message), *old) : std::string(message)));
  }
  return request;
}

}  // namespace antiphon
