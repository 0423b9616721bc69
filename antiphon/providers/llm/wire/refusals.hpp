#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "antiphon/base/json.hpp"

namespace antiphon::wire {

/// Parameters that one model refused; they are left out of every later request (SCN-42).
class Refusals {
 public:
  bool has(std::string_view parameter) const { return names_.find(parameter) != names_.end(); }
  /// False when it was there already.
  bool add(std::string parameter) { return names_.insert(std::move(parameter)).second; }

 private:
  std::set<std::string, std::less<>> names_;
};

/// Which parameter the body of a refusal (HTTP 400 or 422) is about: the first of `names` that it mentions, else a member of `extra`.
/// nullopt where it is about something else, such as a value out of range.
/// @param certain names whose mention alone is a refusal: what we send there is always right by the protocol, so whoever objects to it, in
/// whatever words, wants another.
std::optional<std::string> refused_parameter(std::string_view body, std::span<const std::string_view> names, const json::object& extra,
                                             std::span<const std::string_view> certain = {});

/// Whether `message` speaks of `name` as a word; `max_tokens` stands in `max_completion_tokens` only as a part of a longer name.
bool mentions(std::string_view message, std::string_view name);

}  // namespace antiphon::wire
