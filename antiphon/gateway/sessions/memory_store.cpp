#include "antiphon/gateway/sessions/memory_store.hpp"

#include <utility>

namespace antiphon::gateway {

MemoryStore::Entry* MemoryStore::find(const std::string& name) {
  const auto found = kept_.find(name);
  return found != kept_.end() && found->second.until > clock_.now() ? &found->second : nullptr;
}

void MemoryStore::put(std::string name, std::optional<std::string> value, Duration life) {
  forget_old();
  const auto until = clock_.now() + life;
  const auto [entry, is_new] = kept_.insert_or_assign(name, Entry{std::move(value), until});
  if (is_new) ends_.emplace(until, std::move(name));
}

/// An entry that was renewed is looked at again at its new end.
void MemoryStore::forget_old() {
  while (!ends_.empty() && ends_.begin()->first <= clock_.now()) {
    auto name = std::move(ends_.begin()->second);
    ends_.erase(ends_.begin());
    const auto entry = kept_.find(name);
    if (entry == kept_.end()) continue;
    if (entry->second.until <= clock_.now())
      kept_.erase(entry);
    else
      ends_.emplace(entry->second.until, std::move(name));
  }
}

Task<SessionStore::Kept> MemoryStore::save(std::string name, std::string value, Duration life, Deadline) {
  if (const auto* entry = find(name); entry && !entry->value) co_return Kept::taken;
  put(std::move(name), std::move(value), life);
  co_return Kept::yes;
}

Task<std::optional<std::string>> MemoryStore::claim(std::string name, Deadline) {
  auto* entry = find(name);
  if (!entry || !entry->value) co_return std::nullopt;
  auto value = std::exchange(entry->value, std::nullopt);
  entry->until = clock_.now() + claim_life;
  co_return value;
}

Task<> MemoryStore::give_back(std::string name, std::string value, Duration life, Deadline) {
  put(std::move(name), std::move(value), life);
  co_return;
}

Task<bool> MemoryStore::has(std::string name, Deadline) {
  const auto* entry = find(name);
  co_return entry && entry->value;
}

Task<> MemoryStore::remove(std::string name, Deadline) {
  kept_.erase(name);
  co_return;
}

}  // namespace antiphon::gateway
