#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "antiphon/base/json.hpp"

namespace antiphon {

/// A place in a file; line and column (in characters) count from 1, 0 is "the file as a whole".
struct Location {
  std::string file;
  int line = 0;
  int column = 0;
};
/// `file:line:column`, as editors jump to.
std::string to_string(const Location& location);

/// One mistake in a file: what, where, what to do.
struct Problem {
  std::string message;
  Location where;
  std::string hint;       ///< `fix:` line; may be empty
  int width = 1;          ///< bytes to underline; 0: the token that stands there
  std::string underline;  ///< text beside the carets, such as `did you mean "contains"?`
};

/// All mistakes of an input, thrown together.
class Problems : public std::exception {
 public:
  explicit Problems(std::vector<Problem> list);
  const std::vector<Problem>& list() const { return list_; }
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  std::vector<Problem> list_;
  std::string text_;
};

/// A YAML 1.2 (core schema) or JSON value that knows where it stands.
///
/// Scalars keep their text; whether it was quoted decides if `12` may be a number. Mappings keep their order.
class Node {
 public:
  enum class Kind { null, scalar, sequence, mapping };
  struct Member;

  Kind kind = Kind::null;
  std::string text;             ///< of a scalar, as written
  bool quoted = false;          ///< a quoted or block scalar is text and nothing else
  std::vector<Node> items;      ///< of a sequence
  std::vector<Member> members;  ///< of a mapping
  Location where;

  bool is_scalar() const { return kind == Kind::scalar; }
  bool is_sequence() const { return kind == Kind::sequence; }
  bool is_mapping() const { return kind == Kind::mapping; }
  bool is_null() const { return kind == Kind::null; }
  /// Value of `key`, or nullptr (also where this is no mapping).
  const Node* find(std::string_view key) const;

  std::optional<bool> as_bool() const;             ///< plain true / false only (core schema: `yes` is text)
  std::optional<std::int64_t> as_integer() const;  ///< plain scalars only, unless `expanded`
  std::optional<double> as_number() const;
  /// Made by ${…}: always text, yet a number is read from it where one is wanted.
  bool expanded = false;

  /// Core-schema JSON: plain scalars become null, booleans or numbers where they look so.
  json::value to_json() const;
};

struct Node::Member {
  std::string key;
  Location where;  ///< of the key
  Node value;
};

/// Reads YAML (JSON is a subset). Anchors and merge keys (`<<`) are resolved; a duplicate key is a problem.
/// @throws Problems with every mistake found.
Node parse_document(std::string_view text, const std::string& file);
/// @throws Problems, naming the file when it cannot be read or is over 16 MiB.
Node read_document(const std::string& file);

/// Replaces `${NAME}` and `${NAME:-default}` in every scalar value of the tree (`$$` is a dollar). `lookup` answers nullopt for "unset";
/// names that stay unset without a default are appended to `problems`.
void expand_variables(Node& node, const std::function<std::optional<std::string>(std::string_view)>& lookup, std::vector<Problem>& problems);
/// The same for one text.
std::string expand_text(std::string_view text, const std::function<std::optional<std::string>(std::string_view)>& lookup, std::vector<std::string>& unset);

}  // namespace antiphon
