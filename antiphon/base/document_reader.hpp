#pragma once

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "antiphon/base/clock.hpp"
#include "antiphon/base/document.hpp"
#include "antiphon/base/json.hpp"

namespace antiphon {

/// Collects the mistakes of a document while its values are read, so that one pass reports them all.
///
/// Each getter answers nullopt after it has reported what is wrong. `what` names the value in the report: `max_turns`.
class DocumentReader {
 public:
  void report(const Node& at, std::string message, std::string hint, std::string underline = {});
  void report(Problem problem) { problems_.push_back(std::move(problem)); }
  /// A word that is none of `allowed`: names the nearest and the allowed ones. `kind` is what it should have been: `check`.
  void report_unknown(std::string_view kind, std::string_view word, const Location& where, const std::vector<std::string>& allowed,
                      std::string_view inside = {});
  /// Something that the format has and this version does not.
  void report_later(const Location& where, std::string_view what, std::string_view word, const std::vector<std::string>& instead);

  std::optional<std::string> text(const Node& node, std::string_view what);
  std::optional<std::int64_t> integer(const Node& node, std::string_view what, std::int64_t least = std::numeric_limits<std::int64_t>::min(),
                                      std::int64_t most = std::numeric_limits<std::int64_t>::max());
  std::optional<double> number(const Node& node, std::string_view what, double least, double most);
  /// `0.3` or `30%`.
  std::optional<double> ratio(const Node& node, std::string_view what);
  std::optional<bool> boolean(const Node& node, std::string_view what);
  /// More than nothing, with its unit: `800ms`.
  /// @param or_none whether `0s` is one, too
  std::optional<Duration> duration(const Node& node, std::string_view what, bool or_none = false);
  /// http or https.
  std::optional<std::string> url(const Node& node, std::string_view what);
  std::optional<std::string> choice(const Node& node, std::string_view what, const std::vector<std::string>& allowed);
  /// A list of text with at least one entry.
  std::optional<std::vector<std::string>> texts(const Node& node, std::string_view what);
  /// Texts by name, in the order of the file.
  std::optional<std::vector<std::pair<std::string, std::string>>> named_texts(const Node& node, std::string_view what);
  std::optional<json::object> object(const Node& node, std::string_view what);

  std::vector<Problem>& problems() { return problems_; }

 private:
  void report_type(const Node& at, std::string_view what, std::string_view wanted, std::string_view example);

  std::vector<Problem> problems_;
};

/// One mapping, read key by key; `finish` reports the keys that nobody asked for.
class DocumentFields {
 public:
  /// `owner` stands in reports: `a chat agent`. A node that is no mapping is reported here, with `example`.
  DocumentFields(DocumentReader& reader, const Node& node, std::string owner, std::string_view example = {});

  bool is_mapping() const { return node_.is_mapping(); }
  const Node& node() const { return node_; }
  /// The value of `key`, or nullptr; `key` is known from now on.
  const Node* get(std::string_view key);
  /// As `get`, and a missing one is a mistake.
  const Node* require(std::string_view key, std::string_view example);
  /// Keys of the format that this version cannot do yet: a mistake of their own where one is given.
  void later(std::initializer_list<std::string_view> keys);
  void finish();

  std::optional<std::string> text(std::string_view key);
  std::optional<int> integer(std::string_view key, int least, int most = std::numeric_limits<int>::max());
  std::optional<bool> boolean(std::string_view key);
  std::optional<Duration> duration(std::string_view key);
  std::optional<std::vector<std::string>> texts(std::string_view key);
  std::optional<json::object> object(std::string_view key);

 private:
  DocumentReader& reader_;
  const Node& node_;
  std::string owner_;
  std::vector<std::string> known_;
  std::vector<std::string> later_;
};

/// A path in a file, relative to the file that names it.
std::string resolve_path(const Node& named_at, const std::string& path);
/// The folder of the file that a value stands in; "." for the working directory.
std::string directory_of(const Location& where);

}  // namespace antiphon
