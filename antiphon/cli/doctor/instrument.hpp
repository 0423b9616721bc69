#pragma once

#include <string>

#include "antiphon/scenario/instrument/instrument.hpp"

namespace antiphon::cli {

/// For people: one table a detector, a line each. What the usual detector misses is `wrong`; what another one misses a `note`.
std::string shown(const instrument::Sheet& sheet);

}  // namespace antiphon::cli
