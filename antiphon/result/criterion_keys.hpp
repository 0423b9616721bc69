#pragma once

#include <string>
#include <vector>

namespace antiphon {

/// Property names of criteria: lower case, non-alphanumerics to `_`, 70 characters; a collision gets `_2`, `_3` (SCN-53).
std::vector<std::string> criterion_keys(const std::vector<std::string>& criteria);

}  // namespace antiphon
