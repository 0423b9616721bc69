#pragma once

#include <span>
#include <string_view>

namespace antiphon::store {

class Database;

/// What leads from each version of the tables to the next; the first from an empty file. Entries never change once released.
std::span<const std::string_view> migrations();

/// Marks a file as ours (PRAGMA application_id): "Anti".
inline constexpr int application_id = 0x416e7469;

/// Changes nothing. @throws Error configuration for files of others and of newer programs.
void require_ours(const Database& database);
/// Brings the file to the newest version, one process at a time. @throws Error configuration for files of others and of newer programs.
void migrate(const Database& database);
/// The same without changing it: an older version is refused as well.
void require_current(const Database& database);

}  // namespace antiphon::store
