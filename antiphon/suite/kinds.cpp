#include "antiphon/suite/kinds.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/text.hpp"

namespace antiphon::suite {

namespace {

bool among(const std::vector<std::string>& words, std::string_view word) { return std::find(words.begin(), words.end(), word) != words.end(); }

// "user" is the only word with a u, which is spoken as in "you".
std::string article(std::string_view word) {
  return (std::string_view("aeio").find(word.front()) == std::string_view::npos ? "a " : "an ") + std::string(word);
}

void report_several(Reader& reader, const Kinds& kinds, const Node::Member& first, const Node::Member& second) {
  reader.report({.message = fmt::format("{} has one kind, and here are two: {} and {}", article(kinds.thing), quote(first.key), quote(second.key)),
                 .where = second.where,
                 .hint = "keep one of them",
                 .width = static_cast<int>(second.key.size())});
}

}  // namespace

void report_kind(Reader& reader, const Kinds& kinds, std::string_view word, const Location& where) {
  if (among(kinds.later, word))
    reader.report_later(where, kinds.thing, word, kinds.now);
  else
    reader.report_unknown(kinds.thing, word, where, kinds.now);
}

const Node::Member* only_kind(Reader& reader, const Kinds& kinds, const Node& node) {
  if (!node.is_mapping() || node.members.empty()) {
    reader.report(node, fmt::format("{} must be a mapping whose one key names its kind", article(kinds.thing)), "allowed: " + join(kinds.now, ", "));
    return nullptr;
  }
  const auto& member = node.members.front();
  if (!among(kinds.now, member.key)) {
    report_kind(reader, kinds, member.key, member.where);
    return nullptr;
  }
  if (node.members.size() > 1) {
    report_several(reader, kinds, member, node.members[1]);
    return nullptr;
  }
  return &member;
}

const Node::Member* kind_among(Reader& reader, const Kinds& kinds, const Node& node, const std::vector<std::string>& shared) {
  const Node::Member* kind = nullptr;
  bool good = true;
  for (const auto& member : node.members) {
    const bool now = among(kinds.now, member.key);
    if (!now && !among(kinds.later, member.key)) continue;
    if (kind) {
      report_several(reader, kinds, *kind, member);
      return nullptr;
    }
    if (!now) report_kind(reader, kinds, member.key, member.where), good = false;
    kind = &member;
  }
  if (kind) return good ? kind : nullptr;
  for (const auto& member : node.members) {
    if (among(shared, member.key)) continue;
    reader.report_unknown(kinds.thing, member.key, member.where, kinds.now);
    good = false;
  }
  if (good) reader.report(node, fmt::format("{} without a kind", article(kinds.thing)), "add one of: " + join(kinds.now, ", "));
  return nullptr;
}

}  // namespace antiphon::suite
