#pragma once

/// GoogleTest helper: `EXPECT_TRUE(result)` prints reasoning, what did not hold and the tail of the conversation.

#include <ostream>

#include <gtest/gtest.h>

#include "antiphon/antiphon.hpp"

namespace antiphon {

/// What GoogleTest calls to show a result in its own messages.
inline void PrintTo(const ScenarioResult& result, std::ostream* out) { *out << result; }

}  // namespace antiphon
