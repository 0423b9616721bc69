#pragma once

#include "antiphon/store/sqlite/database.hpp"

namespace antiphon::store {

/// From now on its statements reach no file but its own: ATTACH, VACUUM (which attaches a file of its own) and every PRAGMA but those that are known to
/// reach none and to leave how this one is kept are refused as `not authorized`. docs/gateway/tools.md lists them. For SQL that somebody else has written.
/// VACUUM is refused when it runs, the others when they are prepared.
void confine(const Database& database);

}  // namespace antiphon::store
