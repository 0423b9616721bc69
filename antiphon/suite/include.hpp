#pragma once

#include <vector>

#include "antiphon/suite/matrix.hpp"

namespace antiphon::suite {

/// The document with what its `include: [FILE, …]` names: scenarios and setup of included files come first, `defaults` are merged key by
/// key, and what the including file says itself wins. Included files may include others; a circle is a mistake.
Node with_includes(const Node& root, const Lookup& lookup, std::vector<Problem>& problems);

}  // namespace antiphon::suite
