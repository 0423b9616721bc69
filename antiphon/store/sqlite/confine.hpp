#pragma once

#include "antiphon/store/sqlite/database.hpp"

namespace antiphon::store {

/// From now on its statements reach no file but its own: ATTACH, VACUUM (which attaches a file of its own) and whatever PRAGMA might reach one, or
/// take the protection of this one away, are refused as `not authorized`. For SQL that somebody else has written. VACUUM is refused when it runs, the
/// others when they are prepared.
void confine(const Database& database);

}  // namespace antiphon::store
