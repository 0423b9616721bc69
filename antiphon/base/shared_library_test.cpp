#include "antiphon/base/shared_library.hpp"

#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"

namespace antiphon {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const SharedLibrary::Words words{.what = "the neural runtime", .remedy = "make speech"};

template <class Work>
Error error_of(Work work) {
  try {
    work();
  } catch (const Error& error) {
    return error;
  }
  return Error(ErrorKind::internal, "nothing was thrown");
}

TEST(SharedLibraries, OneThatIsMissingSaysWhatWhereAndWhatToDo) {
  const auto error = error_of([] { SharedLibrary("libno-such-runtime.so", words, {"/nowhere/lib", "/elsewhere"}); });
  EXPECT_EQ(error.kind(), ErrorKind::configuration);
  EXPECT_THAT(error.message(), AllOf(HasSubstr("the neural runtime"), HasSubstr("libno-such-runtime.so"), HasSubstr("/nowhere/lib, /elsewhere")));
  EXPECT_EQ(error.hint(), "make speech");
}

TEST(SharedLibraries, OneThatIsBrokenIsNamedAndNoOtherTaken) {
  const auto folder = std::filesystem::path(testing::TempDir()) / ("libraries-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  write_file_atomically((folder / "libm.so.6").string(), "no library");
  const auto error = error_of([&] { SharedLibrary("libm.so.6", words, {folder}); });
  EXPECT_EQ(error.kind(), ErrorKind::configuration);
  EXPECT_THAT(error.message(), HasSubstr((folder / "libm.so.6").string()));
  std::filesystem::remove_all(folder);
}

TEST(SharedLibraries, AreFoundWhereTheSystemLooksToo) {
  const SharedLibrary mathematics("libm.so.6", words, {"/nowhere"});
  EXPECT_EQ(mathematics.function<double(double)>("sqrt")(9), 3);
}

TEST(SharedLibraries, OneOfAnotherVersionIsNamedWithWhatItLacks) {
  const SharedLibrary other("libm.so.6", words);
  const auto error = error_of([&] { other.function<void()>("OrtGetApiBase"); });
  EXPECT_EQ(error.kind(), ErrorKind::configuration);
  EXPECT_THAT(error.message(), AllOf(HasSubstr("libm.so.6"), HasSubstr("OrtGetApiBase")));
}

}  // namespace
}  // namespace antiphon
