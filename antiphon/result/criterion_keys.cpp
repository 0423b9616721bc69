#include "antiphon/result/criterion_keys.hpp"

#include <set>

#include <fmt/format.h>

namespace antiphon {

namespace {

// SCN-53. (Anthropic's 64 characters for a property's name hold at the top of a schema, and criteria stand below it.)
constexpr std::size_t key_limit = 70;

std::string key_of(const std::string& criterion) {
  std::string key;
  for (const char c : criterion) {
    if (key.size() == key_limit) break;
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (c >= 'A' && c <= 'Z')
      key += static_cast<char>(c - 'A' + 'a');
    else if ((static_cast<unsigned char>(c) & 0xC0) != 0x80)
      key += plain ? c : '_';  // one `_` per character, however many bytes it has
  }
  return key;
}

}  // namespace

std::vector<std::string> criterion_keys(const std::vector<std::string>& criteria) {
  std::vector<std::string> keys;
  std::set<std::string> taken;
  for (const auto& criterion : criteria) {
    const auto base = key_of(criterion);
    auto key = base;
    for (int n = 2; !taken.insert(key).second; ++n) key = fmt::format("{}_{}", base, n);
    keys.push_back(std::move(key));
  }
  return keys;
}

}  // namespace antiphon
