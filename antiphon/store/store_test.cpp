#include "antiphon/store/store.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/ids.hpp"
#include "antiphon/result/sample_test.hpp"
#include "antiphon/store/internal/migrations.hpp"
#include "antiphon/store/sqlite/database.hpp"

namespace antiphon {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

/// A store in a folder of one's own.
class StoreTest : public testing::Test {
 protected:
  StoreTest() : folder_(fs::temp_directory_path() / make_id("store")) { fs::create_directories(folder_); }
  ~StoreTest() override { fs::remove_all(folder_); }

  std::string file() const { return (folder_ / "antiphon.sqlite").string(); }
  std::unique_ptr<Store> open(StoreAccess access = StoreAccess::write) const { return open_sqlite_store(file(), access); }
  std::string refusal(StoreAccess access = StoreAccess::write) const {
    try {
      open(access);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::configuration);
      return error.message() + " | " + error.hint();
    }
    return {};
  }

  fs::path folder_;
};

ScenarioResult scenario(int n) {
  auto result = full();
  result.id = "s" + std::to_string(n);
  return result;
}

BatchResult unstarted(const std::string& id, int size) {
  auto batch = batch_of({});
  batch.batch_id = id;
  for (int n = 0; n < size; ++n) batch.scenarios.push_back({.id = "s" + std::to_string(n), .name = "s", .not_run = true});
  return batch;
}

TEST_F(StoreTest, GivesABatchBackAsResultJsonWouldHaveIt_PRD20) {
  auto batch = unstarted("batch_1", 3);
  auto store = open();
  store->begin(batch);
  for (const int n : {2, 0}) store->add("batch_1", static_cast<std::size_t>(n), batch.scenarios[static_cast<std::size_t>(n)] = scenario(n));
  batch.duration_s = 12, batch.interrupted = true, batch.jobs = 4;
  store->finish(batch);
  EXPECT_EQ(serialize(open(StoreAccess::read)->load("batch_1")), serialize(batch));
}

TEST_F(StoreTest, ListsTheNewestFirstWithTheirCounts_PRD20) {
  auto store = open();
  auto older = unstarted("batch_1", 2), newer = unstarted("batch_2", 1);
  newer.started_at = "2026-11-24T00:00:00Z";
  store->begin(older);
  store->add("batch_1", 1, scenario(1));
  store->begin(newer);
  store->finish(newer);
  const auto list = store->list();
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0].batch_id, "batch_2");
  EXPECT_TRUE(list[0].finished);
  EXPECT_FALSE(list[1].finished);
  EXPECT_EQ(list[1].summary.total, 2U);
  EXPECT_EQ(list[1].summary.failed, 1U);
  EXPECT_EQ(list[1].summary.not_run, 1U);
  EXPECT_EQ(list[1].seed, 4711U);
  EXPECT_THROW(store->load("batch_3"), Error);
}

// A process that says after each scenario that it is kept, until it is killed.
TEST_F(StoreTest, AKilledProcessLosesNothingThatWasFinished_PRD20) {
  constexpr int size = 5000;
  int told[2];
  ASSERT_EQ(::pipe(told), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(told[0]);
    auto store = open();
    store->begin(unstarted("batch_1", size));
    for (int n = 0; n < size; ++n) {
      store->add("batch_1", static_cast<std::size_t>(n), scenario(n));
      if (::write(told[1], "x", 1) != 1) break;
    }
    ::_exit(0);
  }
  ::close(told[1]);
  int kept = 0;
  char byte = 0;
  while (kept < 40 && ::read(told[0], &byte, 1) == 1) ++kept;
  ::kill(child, SIGKILL);
  while (::read(told[0], &byte, 1) == 1) ++kept;
  ::waitpid(child, nullptr, 0);
  ::close(told[0]);
  const auto batch = open()->load("batch_1");
  ASSERT_EQ(batch.scenarios.size(), static_cast<std::size_t>(size));
  for (int n = 0; n < kept; ++n) EXPECT_FALSE(batch.scenarios[static_cast<std::size_t>(n)].not_run) << n;
  EXPECT_EQ(batch.scenarios[0].messages.size(), 2U);
  EXPECT_TRUE(batch.scenarios.back().not_run);
  EXPECT_FALSE(open()->list().front().finished);
}

TEST_F(StoreTest, TwoProcessesWriteAtOnce_PRD20) {
  std::vector<pid_t> children;
  for (int writer = 0; writer < 2; ++writer) {
    const pid_t child = ::fork();
    if (child == 0) {
      int code = 1;
      try {
        const auto id = "batch_" + std::to_string(writer);
        auto store = open();
        store->begin(unstarted(id, 50));
        for (int n = 0; n < 50; ++n) store->add(id, static_cast<std::size_t>(n), scenario(n));
        code = 0;
      } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
      }
      ::_exit(code);
    }
    children.push_back(child);
  }
  for (const auto child : children) {
    int status = 1;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  for (const auto& batch : open()->list()) EXPECT_EQ(batch.summary.failed, 50U) << batch.batch_id;
  EXPECT_EQ(open()->list().size(), 2U);
}

TEST_F(StoreTest, ThreadsMayShareOne_PRD20) {
  auto store = open();
  store->begin(unstarted("batch_1", 40));
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int n = t; n < 40; n += 4) store->add("batch_1", static_cast<std::size_t>(n), scenario(n));
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(store->list().front().summary.failed, 40U);
}

// The limit on a file's size stands for a disk that is full: writing fails with what came before left whole.
TEST_F(StoreTest, AFullDiskIsOneClearErrorAndKeepsWhatWasThere_PRD20) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    int code = 1;
    try {
      auto store = open();
      store->begin(unstarted("batch_1", 1000));
      const rlimit limit{1 << 20, 1 << 20};
      ::setrlimit(RLIMIT_FSIZE, &limit);
      for (int n = 0; n < 1000; ++n) store->add("batch_1", static_cast<std::size_t>(n), scenario(n));
    } catch (const Error& error) {
      code = error.kind() == ErrorKind::io && error.message().find("antiphon.sqlite") != std::string::npos ? 0 : 2;
    }
    ::_exit(code);
  }
  int status = 1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  const auto batch = open()->load("batch_1");
  EXPECT_EQ(batch.scenarios.size(), 1000U);
  EXPECT_FALSE(batch.scenarios.front().not_run);
  EXPECT_TRUE(batch.scenarios.back().not_run);
}

TEST_F(StoreTest, WhatIsNoStoreIsLeftAlone_PRD20) {
  write_file_atomically(file(), std::string(4096, 'x'));
  EXPECT_THAT(refusal(), AllOf(HasSubstr("antiphon.sqlite"), HasSubstr("not a database"), HasSubstr("--store")));
  EXPECT_EQ(read_file(file()), std::string(4096, 'x'));
  fs::remove(file());
  { store::Database(file(), true).execute("CREATE TABLE theirs (x)"); }
  const auto theirs = read_file(file());
  EXPECT_THAT(refusal(), HasSubstr("of another program"));
  EXPECT_EQ(read_file(file()), theirs);
  fs::remove(file());
  fs::create_directory(file());
  EXPECT_THAT(refusal(), HasSubstr("antiphon.sqlite"));
  EXPECT_THROW(open_sqlite_store("/nowhere/at/all.sqlite", StoreAccess::write), Error);
}

TEST_F(StoreTest, ANewerVersionIsRefused_PRD20) {
  open();
  { store::Database(file(), true).execute("PRAGMA user_version = 99"); }
  EXPECT_THAT(refusal(), AllOf(HasSubstr("newer"), HasSubstr("99")));
}

TEST_F(StoreTest, AnOlderVersionIsBroughtUpToDateWithItsBatches_PRD20) {
  {
    const store::Database old(file(), true);
    old.execute(store::migrations().front());
    old.execute("PRAGMA application_id = " + std::to_string(store::application_id) + "; PRAGMA user_version = 1");
    old.execute(
        "INSERT INTO batches VALUES ('batch_0', '2026-01-01T00:00:00Z', 'Old', 7, 1, "
        "'{\"schema\":\"antiphon.result/1\",\"batch_id\":\"batch_0\",\"started_at\":\"2026-01-01T00:00:00Z\",\"seed\":7,\"suite\":\"Old\"}')");
  }
  EXPECT_THAT(refusal(StoreAccess::read), HasSubstr("up to date"));
  EXPECT_EQ(open()->load("batch_0").suite, "Old");
  EXPECT_EQ(store::Database(file(), true).pragma("user_version"), static_cast<std::int64_t>(store::migrations().size()));
  EXPECT_EQ(open(StoreAccess::read)->list().size(), 1U);
}

Label label(const std::string& author, const std::string& at, CriterionStatus verdict = CriterionStatus::passed) {
  auto made = completed({.batch_id = "batch_1", .run_id = "run_1", .criterion = "polite", .verdict = verdict, .reason = "a'b\nc", .author = author}, full());
  made.at = at;
  return made;
}

TEST_F(StoreTest, KeepsLabelsWithThoseTheyReplace_SCN103_PRD20) {
  const auto first = label("ann", "2026-11-26T09:00:00.000Z"), second = label("ann", "2026-11-26T09:01:00.000Z", CriterionStatus::failed);
  auto whole = label("bob", "2026-11-26T09:00:00.000Z");
  whole.criterion.reset(), whole.criterion_key.clear(), whole.judged.reset();
  EXPECT_EQ(open()->add_labels({first, whole}), 2U);
  EXPECT_EQ(open()->add_labels({first, second}), 1U);
  const auto labels = open(StoreAccess::read)->labels();
  EXPECT_EQ(label_lines(labels), label_lines({first, whole, second}));
  const auto newest = newest_labels(labels);
  ASSERT_EQ(newest.size(), 2U);
  EXPECT_EQ(newest[0].verdict, CriterionStatus::failed);
}

TEST_F(StoreTest, KeepsAllLabelsOrNone_SCN103_PRD20) {
  open()->add_labels({label("ann", "2026-11-26T09:00:00.000Z")});
  EXPECT_THROW(open()->add_labels({label("bob", "2026-11-26T09:00:00.000Z"), label("ann", "2026-11-26T09:00:00.000Z", CriterionStatus::failed)}), Error);
  EXPECT_EQ(open()->labels().size(), 1U);
}

TEST_F(StoreTest, KeepsWhateverWasSaid_PRD20) {
  auto batch = unstarted("batch_1", 1);
  batch.suite = std::string("a'b\0c\xFF", 6);
  batch.scenarios[0].id = "x'; DROP TABLE batches; -- \xFF";
  auto store = open();
  store->begin(batch);
  EXPECT_EQ(store->load("batch_1").scenarios[0].id, "x'; DROP TABLE batches; -- \xEF\xBF\xBD");
  EXPECT_EQ(store->list().size(), 1U);
}

}  // namespace
}  // namespace antiphon
