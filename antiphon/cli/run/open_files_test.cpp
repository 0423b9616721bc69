#include "antiphon/cli/run/open_files.hpp"

#include <gtest/gtest.h>

#include "antiphon/base/error.hpp"

namespace antiphon::cli {
namespace {

TEST(OpenFiles, TheLimitIsRaisedOnlyWhereItIsTooLow_SCN70) {
  EXPECT_EQ(open_files_for(8, {1024, 4096}), 1024U);
  EXPECT_EQ(open_files_for(1000, {1024, 4096}), 2064U);
  EXPECT_EQ(open_files_for(3000, {1024, 4096}), 4096U);
}

TEST(OpenFiles, MoreRunsThanTheSystemAllowsAreRefusedWithWhatToDo_SCN70) {
  try {
    open_files_for(10'000, {1024, 4096});
    FAIL() << "not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::configuration);
    EXPECT_NE(error.message().find("10000 scenarios at once"), std::string::npos) << error.message();
    EXPECT_NE(error.hint().find("-j 4032"), std::string::npos) << error.hint();
  }
}

}  // namespace
}  // namespace antiphon::cli
