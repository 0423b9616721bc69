#include "antiphon/base/entities.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace antiphon {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Entities, AreNumbersCodesDaysAndNames_VOX90) {
  EXPECT_THAT(entities_in("My order is A-1007, it should come on Sunday."), ElementsAre("A-1007", "Sunday"));
  EXPECT_THAT(entities_in("Please call Jane Doe in New York. Thank you."), ElementsAre("Jane Doe", "New York"));
  EXPECT_THAT(entities_in("twenty five dollars at seven, on the 3rd of may"), ElementsAre("twenty five", "seven", "3rd"));
  EXPECT_THAT(entities_in("four, five"), ElementsAre("four", "five"));
  EXPECT_THAT(entities_in("wait, i mean on sunday"), ElementsAre("sunday"));
  EXPECT_THAT(entities_in("I want this one. I'm sure"), IsEmpty());
  EXPECT_THAT(entities_in("HELLO THERE"), IsEmpty());
  EXPECT_THAT(entities_in(" ... "), IsEmpty());
}

TEST(Entities, AreFoundHoweverTheyAreWritten_VOX90) {
  EXPECT_TRUE(holds_entity("it is a one zero zero seven", "A-1007"));
  EXPECT_FALSE(holds_entity("it is a one zero zero eleven", "A-1007"));
  EXPECT_FALSE(holds_entity("it is 21007", "1007"));
  EXPECT_FALSE(holds_entity("it is 10073", "1007"));
  EXPECT_TRUE(holds_entity("in new york.", "New York"));
  EXPECT_TRUE(holds_entity("the log in page", "login"));
  EXPECT_FALSE(holds_entity("anything", "..."));
}

}  // namespace
}  // namespace antiphon
