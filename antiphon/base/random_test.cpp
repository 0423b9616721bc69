#include "antiphon/base/random.hpp"

#include <array>
#include <cmath>

#include <gtest/gtest.h>

namespace antiphon {
namespace {

constexpr std::array<std::string_view, 3> key{"refund", "user", "agenda"};

TEST(RandomStream, IsTheSameOnEveryMachine_SCN82) {
  RandomStream plain(1234567);
  // The first outputs of SplitMix64 for this seed, as its authors' code gives them.
  EXPECT_EQ(plain.next(), 6457827717110365317ULL);
  EXPECT_EQ(plain.next(), 3203168211198807973ULL);
}

TEST(RandomStream, RepeatsUnderOneSeedAndKey_SCN82) {
  RandomStream a(7, key), b(7, key);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(a.next(), b.next());
}

TEST(RandomStream, DiffersBySeedAndByEachPartOfTheKey_SCN82) {
  const auto reference = mix_seed(7, key);
  EXPECT_NE(reference, mix_seed(8, key));
  EXPECT_NE(reference, mix_seed(7, std::array<std::string_view, 3>{"refund", "user", "lines"}));
  EXPECT_NE(mix_seed(7, std::array<std::string_view, 2>{"ab", "c"}), mix_seed(7, std::array<std::string_view, 2>{"a", "bc"}));
}

TEST(RandomStream, StaysBelowItsBound) {
  RandomStream random(1);
  std::array<int, 5> seen{};
  for (int i = 0; i < 5000; ++i) {
    const auto value = random.below(5);
    ASSERT_LT(value, 5U);
    ++seen[value];
    const double u = random.uniform();
    ASSERT_GE(u, 0.0);
    ASSERT_LT(u, 1.0);
  }
  for (const int n : seen) EXPECT_NEAR(n, 1000, 150);
}

TEST(RandomStream, DrawsStandardNormals) {
  RandomStream random(2);
  double sum = 0, squares = 0;
  constexpr int n = 20'000;
  for (int i = 0; i < n; ++i) {
    const double x = random.normal();
    ASSERT_TRUE(std::isfinite(x));
    sum += x, squares += x * x;
  }
  EXPECT_NEAR(sum / n, 0.0, 0.03);
  EXPECT_NEAR(squares / n, 1.0, 0.05);
}

}  // namespace
}  // namespace antiphon
