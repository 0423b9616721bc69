#include <cmath>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "antiphon/base/random.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon {
namespace {

struct Unit {
  const char* name;
  std::int64_t nanoseconds;
};
constexpr Unit units[] = {{"us", 1'000}, {"ms", 1'000'000}, {"s", 1'000'000'000}, {"m", 60'000'000'000}, {"min", 60'000'000'000}, {"h", 3'600'000'000'000}};

const Unit& any_unit(RandomStream& random) { return units[random.below(std::size(units))]; }

/// Of any order of magnitude, so that each unit is met.
Duration any_duration(RandomStream& random) { return Duration(static_cast<std::int64_t>(std::exp(random.uniform() * std::log(1e15)))); }

// `0.31 s` and `1 min 38 s`, as people read them, put into one number and unit.
std::optional<Duration> read_printed(std::string text) {
  if (const auto minutes = text.find(" min "); minutes != std::string::npos)
    return *parse_duration(text.substr(0, minutes) + "min") + *read_printed(text.substr(minutes + 5));
  const auto space = text.find(' ');
  if (space == std::string::npos) return std::nullopt;
  return parse_duration(text.erase(space, 1));
}

TEST(DurationProperty, AWholeNumberOfAnyUnitIsReadExactly) {
  RandomStream random(1);
  for (int i = 0; i < 5000; ++i) {
    const auto& unit = any_unit(random);
    const auto count = static_cast<std::int64_t>(random.below(1'000'000));
    EXPECT_EQ(parse_duration(fmt::format("{}{}", count, unit.name)), Duration(count * unit.nanoseconds)) << count << unit.name;
  }
}

TEST(DurationProperty, OneDurationIsTheSameInEveryUnit) {
  RandomStream random(2);
  for (int i = 0; i < 5000; ++i) {
    const Duration wanted(static_cast<std::int64_t>(random.below(10'000'000)) * 1'000'000);  // up to almost three hours
    const auto& unit = any_unit(random);
    // Seventeen digits name every double, so that nothing is lost but below a nanosecond.
    const auto text = fmt::format("{:.17g}{}", static_cast<double>(wanted.count()) / static_cast<double>(unit.nanoseconds), unit.name);
    EXPECT_EQ(parse_duration(text), wanted) << text;
  }
}

TEST(DurationProperty, WhatIsPrintedIsReadBackWithinItsThreeDigits) {
  RandomStream random(3);
  for (int i = 0; i < 5000; ++i) {
    const auto duration = any_duration(random);
    const auto printed = format_duration(duration);
    const auto back = read_printed(printed);
    ASSERT_TRUE(back) << printed;
    // Two decimals below ten of a unit, one below a hundred, else whole ones: at worst 0.005 of 0.1 s, or of a millisecond.
    const auto allowed = std::max(0.051 * to_seconds(duration), 0.0051e-3);
    EXPECT_NEAR(to_seconds(*back), to_seconds(duration), allowed) << printed;
    EXPECT_EQ(format_duration(*back), printed);  // and then nothing more is lost
    EXPECT_EQ(format_duration(-duration), "−" + printed);
  }
}

TEST(DurationProperty, TheLongerNeverLooksShorter) {
  RandomStream random(4);
  for (int i = 0; i < 5000; ++i) {
    const auto a = any_duration(random), b = any_duration(random);
    EXPECT_LE(*read_printed(format_duration(std::min(a, b))), *read_printed(format_duration(std::max(a, b))));
  }
}

TEST(DurationProperty, AnythingBesideNumberAndUnitIsRefused) {
  RandomStream random(5);
  const std::string strange = " \t\n+_,:;'\"sµdwyx%${}-";
  for (int i = 0; i < 5000; ++i) {
    const auto& unit = any_unit(random);
    auto text = fmt::format("{}{}", random.below(1000), unit.name);
    EXPECT_TRUE(parse_duration(text)) << text;
    const auto at = random.below(text.size() + 1);
    text.insert(at, 1, strange[random.below(strange.size())]);
    // Of one letter more only another unit becomes a duration, and of one sign none.
    const auto last = text.find_first_not_of("0123456789");
    const auto rest = last == std::string::npos ? std::string() : text.substr(last);
    const bool still_one = last > 0 && (rest == "us" || rest == "ms" || rest == "s" || rest == "m" || rest == "min" || rest == "h");
    EXPECT_EQ(parse_duration(text).has_value(), still_one) << quote(text);
  }
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes;
    for (auto n = random.below(8); n > 0; --n) bytes += "0123456789.e+-msuhin"[random.below(20)];
    if (const auto duration = parse_duration(bytes)) {
      EXPECT_GE(duration->count(), 0) << bytes;
    }
  }
  for (const auto* much : {"9000000001s", "2500001h", "1e19us", "99999999999999999999999h"}) EXPECT_EQ(parse_duration(much), std::nullopt) << much;
}

}  // namespace
}  // namespace antiphon
