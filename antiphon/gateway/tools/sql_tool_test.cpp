#include "antiphon/gateway/tools/sql_tool.hpp"

#include <filesystem>

#include <gmock/gmock.h>

#include "antiphon/base/document.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/ids.hpp"
#include "antiphon/providers/llm/testing.hpp"

namespace antiphon::gateway {
namespace {

using namespace testing_tools;
using ::testing::HasSubstr;

struct SqlToolTest : ::testing::Test {
  SqlToolTest() {
    std::filesystem::create_directories(folder);
    write_file_atomically(folder + "/orders.sql",
                          "CREATE TABLE orders (id TEXT, caller TEXT, status TEXT, price REAL);"
                          "INSERT INTO orders VALUES ('A-1', '+1', 'sent', 3.5), ('A-2', '+1', 'packed', 4), ('B-1', '+2', 'lost', NULL);");
    options.entry.tool.name = "order_status";
    options.entry.tool.parameters = json::parse(R"({"type": "object", "properties": {"id": {"type": "string"}}})");
    options.database = folder + "/orders.db";
    options.schema = folder + "/orders.sql";
    options.query = "SELECT id, status, price FROM orders WHERE caller = @caller_id AND (:id IS NULL OR id = :id) ORDER BY id";
  }
  ~SqlToolTest() override { std::filesystem::remove_all(folder); }
  json::value call(json::object arguments, std::string caller = "+1") {
    const auto tool = sql_tool(options, world.runtime);
    return world.run(tool->call({"order_status", std::move(arguments), {{"caller_id", caller}}}, Deadline::never()));
  }
  std::string mistake() {
    return error_of([&] { sql_tool(options, world.runtime); }).message();
  }

  std::string folder = (std::filesystem::temp_directory_path() / make_id("sqltool")).string();
  World world;
  SqlToolOptions options;
};

TEST_F(SqlToolTest, AnswersFromADatabaseThatItFillsWhereItIsMissing_GTW34) {
  EXPECT_EQ(json_text(call({})), R"({"rows":[{"id":"A-1","status":"sent","price":3.5},{"id":"A-2","status":"packed","price":4.0}]})");
  options.schema.clear();  // it is there now
  options.one = true;
  EXPECT_EQ(json_text(call({{"id", "A-2"}})), R"({"id":"A-2","status":"packed","price":4.0})");
}

TEST_F(SqlToolTest, ShowsACallerNothingOfOthersAndNoValueBecomesPartOfTheQuery_GTW34) {
  options.one = true;
  EXPECT_EQ(json_text(call({{"id", "B-1"}})), R"({"found":false,"note":"nothing was found"})");
  EXPECT_EQ(json_text(call({{"id", "x' OR '1'='1"}})), R"({"found":false,"note":"nothing was found"})");
}

TEST_F(SqlToolTest, RefusesToWriteUnlessThatIsMeant_GTW34) {
  options.query = "UPDATE orders SET status = 'cancelled' WHERE id = :id";
  EXPECT_THAT(mistake(), HasSubstr("changes the database"));
  options.writes = true;
  call({{"id", "A-1"}});
  options.writes = false;
  options.query = "SELECT status FROM orders WHERE id = 'A-1'";
  options.one = true;
  EXPECT_EQ(json_text(call({})), R"({"status":"cancelled"})");
}

TEST_F(SqlToolTest, ReachesNoFileButItsOwn_GTW34) {
  options.writes = true;
  const auto copy = folder + "/copy.db";
  for (const auto& query : std::vector<std::string>{"ATTACH '" + copy + "' AS copy", "ATTACH :id AS copy", "VACUUM INTO '" + copy + "'", "VACUUM INTO :id",
                                                    ";VACUUM INTO '" + copy + "'", "; -- a copy\n/* ; */;VACUUM INTO :id", "PRAGMA schema_version = 7",
                                                    "PRAGMA journal_mode = OFF", "PRAGMA query_only = OFF"}) {
    options.query = query;
    EXPECT_THAT(mistake(), ::testing::AnyOf(HasSubstr("reach another file"), HasSubstr("reaches other files"))) << query;
    EXPECT_FALSE(std::filesystem::exists(copy));
  }
  options.database = folder + "/others.db";
  write_file_atomically(options.schema, "CREATE TABLE orders (id TEXT);\nATTACH '" + copy + "' AS copy;");
  EXPECT_THROW(sql_tool(options, world.runtime), Problems);
  EXPECT_FALSE(std::filesystem::exists(copy));
  EXPECT_FALSE(std::filesystem::exists(options.database)) << "nor half of its own";
}

TEST_F(SqlToolTest, MayAskHowItsFileIsKeptAndSetWhatConcernsItselfAlone_GTW34) {
  options.one = options.writes = true;  // SQLite takes even the question for a change
  options.query = "PRAGMA journal_mode";
  EXPECT_EQ(json_text(call({})), R"({"journal_mode":"delete"})");
  for (const auto* query :
       {"PRAGMA schema_version", "PRAGMA max_page_count", "PRAGMA cache_size = 100", "PRAGMA busy_timeout = 100", "PRAGMA temp_store = 2"}) {
    options.query = query;
    EXPECT_NO_THROW(sql_tool(options, world.runtime)) << query;
  }
}

TEST_F(SqlToolTest, FillsItsDatabaseFromADumpThatHasATransactionOfItsOwn_GTW34) {
  const auto fill = [this](const std::string& statements) {
    std::filesystem::remove(options.database);
    write_file_atomically(options.schema, statements);
    options.query = "SELECT count(*) AS n FROM orders";
    return json_text(call({}));
  };
  const std::string make = "CREATE TABLE orders (id TEXT);\nINSERT INTO orders VALUES ('A');\n";
  const std::string one = R"({"rows":[{"n":1}]})", two = R"({"rows":[{"n":2}]})";
  EXPECT_EQ(fill("PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n" + make + "COMMIT;\n"), one);
  EXPECT_EQ(fill(make + "BEGIN; INSERT INTO orders VALUES ('B'); COMMIT;"), two);
  EXPECT_EQ(fill("BEGIN;" + make + "END; SAVEPOINT s; INSERT INTO orders VALUES ('B'); ROLLBACK TO s; INSERT INTO orders VALUES ('C'); RELEASE s;"), two);
  EXPECT_EQ(fill(make + "SAVEPOINT s; INSERT INTO orders VALUES ('B'); ROLLBACK TO s; RELEASE s;"), one);
  for (const auto& [statements, line] : std::vector<std::pair<std::string, int>>{{"BEGIN;\n" + make, 4}, {make + "COMMIT;", 3}, {make + "ROLLBACK;", 3}}) {
    try {
      fill(statements);
      ADD_FAILURE() << statements;
    } catch (const Problems& problems) {
      EXPECT_EQ(problems.list().at(0).where.line, line) << statements;
      EXPECT_THAT(problems.list().at(0).message, ::testing::AnyOf(HasSubstr("has no COMMIT"), HasSubstr("no transaction is active"))) << statements;
    }
    EXPECT_FALSE(std::filesystem::exists(options.database)) << "nor half of it";
  }
}

TEST_F(SqlToolTest, NamesWhatIsWrongWithItsConfiguration_GTW34) {
  options.query = "SELECT * FROM orders WHERE id = :nr";
  EXPECT_THAT(mistake(), HasSubstr("no parameter \"nr\""));
  options.query = "SELECT * FROM orders WHERE id = ?";
  EXPECT_THAT(mistake(), HasSubstr("neither :argument nor @field"));
  options.query = "SELECT * FROM nowhere";
  EXPECT_THAT(mistake(), HasSubstr("no such table"));
  options.schema.clear();
  options.database = folder + "/none.db";
  EXPECT_THAT(mistake(), HasSubstr("there is no database"));
}

TEST_F(SqlToolTest, AQueryWithoutEndStopsWhenNobodyWaitsAnyMore_GTW34) {
  options.query = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n";
  asio::io_context context;
  WallClock clock(context);  // SQLite knows no virtual time: 50 ms of the real one
  Runtime runtime{context.get_executor(), clock, world.blocking};
  const auto real = sql_tool(options, runtime);
  std::exception_ptr failure;
  asio::co_spawn(context,
                 at_most(clock, Deadline::after(clock, std::chrono::milliseconds(50)), real->call({"order_status", {}, {}}, Deadline::never()),
                         Error(ErrorKind::timeout, "late")),
                 [&](std::exception_ptr error, json::value) { failure = error; });
  context.run();
  EXPECT_EQ(error_of([&] { std::rethrow_exception(failure); }).kind(), ErrorKind::timeout);
  EXPECT_EQ(world.blocking.abandoned(), 0U);
}

}  // namespace
}  // namespace antiphon::gateway
