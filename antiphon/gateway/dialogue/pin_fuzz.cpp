#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "antiphon/base/document.hpp"
#include "antiphon/gateway/dialogue/pin.hpp"
#include "antiphon/gateway/dialogue/pin_verifier.hpp"
#include "antiphon/gateway/dialogue/policy_book.hpp"

// Any bytes as what is said while a PIN is awaited, as keys, and as a file of hashes: no digit is left in the text, no entry grows over its length.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace antiphon::gateway;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto* locale : {"en-US", "es-ES", "fr-FR", "ar-SA"}) {
    const auto& rules = *built_in_policy()->find(locale).rules;
    const auto taken = take_pin(text, rules, true);
    if (taken.text.find_first_of("0123456789") != std::string::npos) __builtin_trap();
    if (!take_pin(taken.text, rules, true).digits.empty()) __builtin_trap();
    take_pin(text, rules, false);
    (void)what_is_asked(text, rules);
  }
  PinEntry entry;
  antiphon::Clock::Time now{0};
  for (const char key : text) {
    now += std::chrono::milliseconds(static_cast<unsigned char>(key)) * 10;
    entry.poll(now);
    if (entry.press(key, now) == PinEntry::Event::complete && entry.take().size() != 4) __builtin_trap();
  }
  try {
    parse_pin_lines(text, "pins");
  } catch (const antiphon::Problems& problems) {
    if (problems.list().empty()) __builtin_trap();
  }
  return 0;
}
