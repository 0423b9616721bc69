#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "antiphon/suite/reader.hpp"

namespace antiphon::suite {

/// The words that may name the kind of a thing: those that this version does, and those of the format that it does not do yet.
struct Kinds {
  std::string thing;  ///< "agent"
  std::vector<std::string> now;
  std::vector<std::string> later;
};

/// Reports a word that names no kind of this version.
void report_kind(Reader& reader, const Kinds& kinds, std::string_view word, const Location& where);

/// The member of a one-key mapping, or nullptr after saying what is wrong: no key, several, a word that is no kind.
const Node::Member* only_kind(Reader& reader, const Kinds& kinds, const Node& node);

/// The one member of a mapping whose key is a kind, beside keys that are `shared`; nullptr after saying what is wrong.
const Node::Member* kind_among(Reader& reader, const Kinds& kinds, const Node& node, const std::vector<std::string>& shared);

}  // namespace antiphon::suite
