#pragma once

#include <memory>
#include <string>
#include <vector>

#include "antiphon/base/json.hpp"

namespace antiphon {

/// A JSON Schema (draft 7). Copies share the compiled form. Thread safe.
class JsonSchema {
 public:
  /// @throws Error configuration when `schema` is none; references to anything outside it are refused.
  explicit JsonSchema(const json::value& schema);

  /// What `value` violates, each with the place: `/items/0: expected string`. Empty: it holds.
  std::vector<std::string> violations(const json::value& value) const;

 private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace antiphon
