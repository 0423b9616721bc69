#pragma once

/// Catch2 helper, for its versions 2 and 3: `CHECK_SCENARIO(scenario)` runs a scenario inside a test and shows reasoning, what did not hold and
/// the tail of the conversation when it does not pass; `CHECK(result)` and `REQUIRE(result)` show the same of a result.

#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_message.hpp>
#include <catch2/catch_test_macros.hpp>
#else
#include <catch2/catch.hpp>
#endif

#include "antiphon/antiphon.hpp"

/// Runs the scenario and fails the test, which goes on, unless it passed. Further arguments are `RunOptions`.
#define CHECK_SCENARIO(...)                                    \
  do {                                                         \
    const auto antiphon_result = ::antiphon::run(__VA_ARGS__); \
    INFO(antiphon_result);                                     \
    CHECK(antiphon_result.success());                          \
  } while (false)

/// The same, and the test ends.
#define REQUIRE_SCENARIO(...)                                  \
  do {                                                         \
    const auto antiphon_result = ::antiphon::run(__VA_ARGS__); \
    INFO(antiphon_result);                                     \
    REQUIRE(antiphon_result.success());                        \
  } while (false)
