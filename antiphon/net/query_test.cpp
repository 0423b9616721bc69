#include "antiphon/net/query.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/error.hpp"

namespace antiphon::net {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(Query, ParametersAreDecodedInTheirOrder) {
  EXPECT_THAT(query_of("/ws/call?caller_id=%2B15550100&locale=en-US&name=a+b&flag"),
              ElementsAre(Pair("caller_id", "+15550100"), Pair("locale", "en-US"), Pair("name", "a b"), Pair("flag", "")));
  EXPECT_THAT(query_of("/ws/call"), IsEmpty());
  EXPECT_EQ(find_parameter(query_of("/?a=1&a=2"), "a"), "1");
  EXPECT_EQ(find_parameter(query_of("/?a=1"), "b"), std::nullopt);
}

TEST(Query, ABrokenTargetIsRefused) {
  for (const auto* target : {"/?a=%zz", "/?a=%2", "no path", ""}) EXPECT_THROW(query_of(target), Error) << target;
}

}  // namespace
}  // namespace antiphon::net
