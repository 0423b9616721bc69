#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "antiphon/base/document_reader.hpp"
#include "antiphon/gateway/dialogue/policy_book.hpp"

namespace antiphon::gateway {

/// Turns policy documents into a book: a later one changes what those before it said. Collects every mistake on the way.
class PolicyReader {
 public:
  void read(const Node& root);
  /// @throws Problems.
  std::shared_ptr<const PolicyBook> finish();

 private:
  /// What the files say of one locale, before it is filled from the one that it builds on.
  struct Entry {
    std::string name;
    Location where;
    std::string inherits;
    Location inherits_at;
    std::vector<std::function<void(LocaleRules&)>> changes;  ///< in the order of the files
  };

  void read_locale(const Node::Member& member);
  void read_phrases(DocumentFields& fields, std::string_view key, PhraseList LocaleRules::* list, Entry& entry);
  std::vector<Phrase> phrases_of(const Node& node, std::string_view what);
  void read_replies(const Node& node, Entry& entry);
  void read_numbers(const Node& node, Entry& entry);
  void read_abbreviations(const Node& node, Entry& entry);
  void read_joined(DocumentFields& fields, std::string_view key, std::set<std::string> LocaleRules::* set, Entry& entry);
  void read_words(DocumentFields& fields, Entry& entry);
  std::map<std::string, int> values_of(DocumentFields& fields, std::string_view key, int most);
  std::vector<std::string> joined_of(DocumentFields& fields, std::string_view key);
  /// The rules of an entry over those that it builds on; nullopt where they go in a circle, which is reported.
  std::optional<LocaleRules> resolve(const Entry& entry, std::size_t depth = 0);
  void report_missing(const Entry& entry, const LocaleRules& rules);

  DocumentReader reader_;
  std::map<std::string, Entry> entries_;  ///< by the name in small letters
  std::string default_ = "en-US";
  Location default_at_;
};

}  // namespace antiphon::gateway
