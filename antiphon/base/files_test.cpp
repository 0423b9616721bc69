#include "antiphon/base/files.hpp"

#include <filesystem>
#include <functional>

#include <gmock/gmock.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/ids.hpp"

namespace antiphon {
namespace {

using testing::HasSubstr;

class Files : public testing::Test {
 protected:
  Files() : folder_(std::filesystem::temp_directory_path() / make_id("antiphon-files-test")) { std::filesystem::create_directory(folder_); }
  ~Files() override { std::filesystem::remove_all(folder_); }
  std::string path(const char* name) const { return (folder_ / name).string(); }
  std::size_t entries() const {
    std::size_t n = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder_)) ++n;
    return n;
  }

  std::filesystem::path folder_;
};

std::optional<Error> error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

TEST_F(Files, ReadsBackWhatItWrote) {
  std::string content(200'000, 'x');
  content[7] = '\0';
  write_file_atomically(path("a"), content);
  EXPECT_EQ(read_file(path("a")), content);
  EXPECT_EQ(entries(), 1U);
}

TEST_F(Files, ReplacesWhatWasThere) {
  write_file_atomically(path("a"), "old and long");
  write_file_atomically(path("a"), "new");
  EXPECT_EQ(read_file(path("a")), "new");
}

TEST_F(Files, NamesAFileThatIsMissing) {
  const auto error = error_of([&] { (void)read_file(path("none")); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::not_found);
  EXPECT_THAT(error->message(), HasSubstr(path("none")));
}

TEST_F(Files, RefusesAFolder) {
  const auto error = error_of([&] { (void)read_file(folder_.string()); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::io);
}

TEST_F(Files, StopsAtTheLimit) {
  write_file_atomically(path("a"), "12345");
  EXPECT_EQ(read_file(path("a"), 5), "12345");
  const auto error = error_of([&] { (void)read_file(path("a"), 4); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::too_large);
}

TEST_F(Files, LeavesNothingBehindWhenItCannotWrite) {
  const auto error = error_of([&] { write_file_atomically(path("no/such/folder"), "x"); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::io);
  std::filesystem::create_directory(path("taken"));
  EXPECT_TRUE(error_of([&] { write_file_atomically(path("taken"), "x"); }));
  EXPECT_EQ(entries(), 1U);
}

TEST(Paths, APathIsWrittenRelativeToAFolderAboveItOnly) {
  EXPECT_EQ(below("/home/a/suites/x.yaml", "/home/a"), "suites/x.yaml");
  EXPECT_EQ(below("/home/b/x.yaml", "/home/a"), "/home/b/x.yaml");
  EXPECT_EQ(below("/home/a/..hidden/x.yaml", "/home/a"), "..hidden/x.yaml");
  EXPECT_EQ(below("/home/a/x.yaml", ""), "/home/a/x.yaml");
  EXPECT_EQ(below("", "/home/a"), "");
}

}  // namespace
}  // namespace antiphon
