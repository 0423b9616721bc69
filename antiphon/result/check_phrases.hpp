#pragma once

#include <optional>
#include <string>

#include "antiphon/result/result.hpp"

namespace antiphon {

/// What a check wanted and what was there, as its sentence puts it.
struct Phrases {
  std::string expected;
  std::string found;  ///< empty: the value itself, as much of it as fits
};

/// Of checks on a call; nullopt for others.
std::optional<Phrases> phrases_of_call(const CheckResult& check);

namespace phrase {

/// "1.84 s"; what is no number stays as it is.
std::string seconds(const json::value& value);
/// "p50 at most 1.00 s, p95 at most 2.00 s".
std::string limits(const json::value& expected);
/// Of what was measured only the figures that were limited.
std::string measured(const json::value& found, const json::value& expected);

}  // namespace phrase

}  // namespace antiphon
