#include <cstdlib>

#include <gmock/gmock.h>

#include "antiphon/cli/command_line_test.hpp"

namespace antiphon::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string stubs = "providers: {asr: {stub: {}}, llm: {stub: {}}, tts: {stub: {}}}\n";

struct ServeCommand : CommandLine {};

TEST_F(ServeCommand, CheckSaysWhatItWouldDoAndEnds_GTW1) {
  write("gateway.yaml", stubs + "access: {tokens: [very-secret]}\n");
  EXPECT_EQ(antiphon({"serve", "gateway.yaml", "--check"}), 0) << err();
  EXPECT_THAT(out(), HasSubstr("would listen on 127.0.0.1:8080"));
  EXPECT_THAT(out(), HasSubstr("those with a token"));
  EXPECT_THAT(out(), Not(HasSubstr("very-secret")));
  EXPECT_EQ(antiphon({"serve", "--config", "gateway.yaml", "--check", "--listen", "[::1]:0"}), 0) << err();
}

TEST_F(ServeCommand, WithoutAFileItIsTheExampleDesk_GTW1) {
  EXPECT_EQ(antiphon({"serve", "--check"}), 0) << err();
  EXPECT_THAT(out(), HasSubstr("coffee shop"));
  EXPECT_THAT(out(), HasSubstr("rules/support.rules.yaml"));
}

TEST_F(ServeCommand, WithAKeyAModelSpeaksForTheExampleDesk_GTW1) {
  variables_["OPENAI_API_KEY"] = "sk-x";
  ::setenv("OPENAI_API_KEY", "sk-x", 1);  // NOLINT: one thread; the model looks there itself
  EXPECT_EQ(antiphon({"serve", "--check"}), 0) << err();
  ::unsetenv("OPENAI_API_KEY");  // NOLINT: as above
  EXPECT_THAT(out(), HasSubstr("openai/gpt-4o"));
}

TEST_F(ServeCommand, AModelOfAnyVendorAnswersForTheExampleDesk_GTW1) {
  variables_["LLM_MODEL"] = "rules/nowhere.yaml";  // which needs no key to be looked for
  EXPECT_EQ(antiphon({"serve", "--check"}), 2);
  EXPECT_THAT(err(), HasSubstr("nowhere.yaml"));
  variables_["LLM_MODEL"] = "gpt-4o";
  EXPECT_EQ(antiphon({"serve", "--check"}), 0) << err();
  EXPECT_THAT(out(), HasSubstr("rules/support.rules.yaml"));
  EXPECT_THAT(out(), HasSubstr("LLM_MODEL is not used"));
}

TEST_F(ServeCommand, MistakesOfTheConfigurationHaveTheirPlaces_GTW1) {
  write("gateway.yaml", stubs + "lisen: 127.0.0.1:1\n");
  EXPECT_EQ(antiphon({"serve", "gateway.yaml"}), 2);
  EXPECT_THAT(err(), HasSubstr("gateway.yaml:2:1"));
  EXPECT_THAT(err(), HasSubstr("listen"));
  write("gateway.yaml", stubs);
  variables_["LLM_TEMPERATURE"] = "hot";
  EXPECT_EQ(antiphon({"serve", "gateway.yaml"}), 2);
  EXPECT_THAT(err(), HasSubstr("LLM_TEMPERATURE"));
  EXPECT_EQ(antiphon({"serve", "gone.yaml"}), 2);
  EXPECT_THAT(err(), HasSubstr("gone.yaml"));
}

TEST_F(ServeCommand, WhatTheConfigurationNamesIsLookedAtWithIt_GTW1) {
  write("gateway.yaml", R"(lisen: 127.0.0.1:1
providers: {asr: [{stub: {}}, moonshin], llm: rules/none.yaml, tts: {voice: flute/slt}}
tls: {certificate: cert.pem, key: key.pem}
policy: policy.yaml
locale: tlh-KL
pin: {file: pins.txt}
tools:
  one: {http: {url: "http://127.0.0.1:1", ca_file: ca.pem}}
  two: {sql: {database: two.db, schema: two.sql, query: SELECT 1}}
  three: {sql: {database: three.db, query: SELECT 1}}
  four: {mcp: {command: [python3, -u, server.py]}}
  five: {mcp: {command: [python3, server.py]}}
  six: {mcp: {command: [no-such-program, server.py]}}
  seven: {sql: {database: none/seven.db, schema: seven.sql, query: SELECT 1}}
  eight: {sql: {database: eight.db, schema: seven.sql, query: SELECT nothing FROM t}}
knowledge: {documents: papers/, file: seven.sql}
escalation: {webhook: {url: "http://127.0.0.1:1", ca_file: ca.pem}}
)");
  write("seven.sql", "CREATE TABLE t (a TEXT); -- and nothing else, in more bytes than a header of SQLite has, so that it is none: aaaaaaaaaaaaaaaaaaa\n");
  EXPECT_EQ(antiphon({"serve", "gateway.yaml", "--check"}), 2);
  for (const auto* place :
       {"1:1", "2:31", "2:47", "2:69", "3:20", "3:35", "4:9", "6:13", "8:52", "9:41", "10:27", "12:35", "13:25", "14:27", "15:63", "16:24", "16:39", "17:60"})
    EXPECT_THAT(err(), HasSubstr("gateway.yaml:" + std::string(place) + "\n"));
  EXPECT_THAT(err(), Not(HasSubstr("gateway.yaml:11"))) << "whether an option names a file is not ours to know";
  EXPECT_THAT(err(), Not(HasSubstr("gateway.yaml:5"))) << "a policy that cannot be read may have that locale";
  EXPECT_EQ(antiphon({"serve", "gateway.yaml"}), 2);
  write("gateway.yaml", stubs + "locale: tlh-KL\n");
  EXPECT_EQ(antiphon({"serve", "gateway.yaml", "--check"}), 2);
  EXPECT_THAT(err(), HasSubstr("gateway.yaml:2:9\n"));
}

TEST_F(ServeCommand, ALocaleOfALanguageThatIsSpokenIsNoMistake_GTW1) {
  write("gateway.yaml", stubs + "locale: es-MX\n");
  EXPECT_EQ(antiphon({"serve", "gateway.yaml", "--check"}), 0) << err();
  EXPECT_THAT(out(), HasSubstr("callers who ask for none get es-ES"));
  write("gateway.yaml", stubs + "locale: es\n");
  EXPECT_EQ(antiphon({"serve", "gateway.yaml", "--check"}), 0) << err();
  EXPECT_THAT(out(), Not(HasSubstr("who ask for none"))) << "a language alone asks for no place";
}

TEST_F(ServeCommand, ACheckKnowsWhatServingWouldRefuse_GTW1) {
  write("gateway.yaml", stubs + R"(tools:
  one: {http: {url: "http://127.0.0.1:1/${env.ANTIPHON_NOBODY_SETS_THIS}"}}
  two:
    parameters: {type: object, properties: {topic: {type: string}}}
    http:
      url: "http://127.0.0.1:1/${arguments.topik}"
      headers: {authorization: "Bearer ${env.ANTIPHON_NOR_THIS}"}
      body: {caller: "${session.callr}", open: "${session.caller_id"}
  order status: {http: {url: "http://127.0.0.1:1"}}
  four: {sql: {database: four.db, schema: four.sql, query: "SELECT @caler"}}
  five: {sql: {database: there.db, schema: gone.sql, query: "SELECT @caller_id"}}
)");
  write("four.sql", "CREATE TABLE t (a TEXT);");
  write("there.db", "");
  EXPECT_EQ(antiphon({"serve", "gateway.yaml", "--check"}), 2) << out();
  for (const auto* part : {"no ANTIPHON_NOBODY_SETS_THIS", "no parameter \"topik\"", "no ANTIPHON_NOR_THIS", "without its }", "\"order status\" is no name",
                           "no field \"caler\"", "no file ", "gone.sql"})
    EXPECT_THAT(err(), HasSubstr(part));
  for (const auto* place : {"3:21", "7:12", "8:16", "9:13", "10:3", "11:60", "12:44"})
    EXPECT_THAT(err(), HasSubstr("gateway.yaml:" + std::string(place) + "\n"));
  write("gateway.yaml", stubs + "tools:\n  two: {http: {url: 'http://127.0.0.1:1/${session.callr}'}}\n");
  EXPECT_EQ(antiphon({"serve", "gateway.yaml", "--check"}), 2) << out();
  EXPECT_THAT(err(), HasSubstr("no field \"callr\""));
}

TEST_F(ServeCommand, ACheckTriesThePatternsOfMasks_GTW33) {
  const auto masks = [this](const std::string& custom) {
    write("gateway.yaml", stubs + "masking:\n  custom: {" + custom + "}\n");
    return antiphon({"serve", "gateway.yaml", "--check"});
  };
  EXPECT_EQ(masks("CUSTOMER: 'K-[0-9]{7}'"), 0) << err();
  EXPECT_THAT(out(), HasSubstr("CUSTOMER"));
  EXPECT_EQ(masks("CUSTOMER: 'K-[0-9{7}'"), 2);
  EXPECT_THAT(err(), HasSubstr("gateway.yaml:3:22\n"));
  EXPECT_THAT(err(), HasSubstr("is wrong at character 10"));
  EXPECT_THAT(err(), HasSubstr("fix:   patterns are PCRE2"));
  EXPECT_EQ(masks("CUSTOMER: '(K-[0-9]{7})?'"), 2);
  EXPECT_THAT(err(), HasSubstr("fix:   let it match one character at least"));
}

TEST_F(ServeCommand, MistakesOfSqlSayWhichAndWhere_GTW1) {
  const auto config = [this](const std::string& query) {
    write("gateway.yaml", stubs + "tools:\n  status:\n    sql: {database: orders.db, schema: orders.sql, query: \"" + query + "\"}\n");
  };
  config("SELECT 1");
  write("orders.sql", "-- orders\nCREATE TABLE orders (id TEXT);\n  INSRT INTO orders VALUES ('ä');\n");
  EXPECT_EQ(antiphon({"serve", "gateway.yaml", "--check"}), 2);
  EXPECT_THAT(err(), HasSubstr("orders.sql:3:3\n"));
  EXPECT_THAT(err(), HasSubstr("tool status: a statement that fills its database cannot be run: near \"INSRT\": syntax error"));
  EXPECT_THAT(err(), HasSubstr("fix:   correct it at \"INSRT INTO orders VALUES"));
  write("orders.sql", "CREATE TABLE orders (id TEXT UNIQUE);\nINSERT INTO orders VALUES ('a');\nINSERT INTO orders VALUES ('a');\n");
  EXPECT_EQ(antiphon({"serve", "gateway.yaml", "--check"}), 2);
  EXPECT_THAT(err(), HasSubstr("orders.sql:3:1\n"));
  write("orders.sql", "CREATE TABLE orders (id TEXT);");
  for (const auto& [query, what] : std::vector<std::pair<std::string, std::string>>{{"SELECT id FORM orders", "fix:   correct it at \"orders\""},
                                                                                    {"SELECT", "something is missing at its end"},
                                                                                    {"SELECT id FROM orders; SELECT 2", "there is a second statement"},
                                                                                    {"SELECT price FROM orders", "no such column: price"}}) {
    config(query);
    EXPECT_EQ(antiphon({"serve", "gateway.yaml", "--check"}), 2);
    EXPECT_THAT(err(), HasSubstr("gateway.yaml:4:59\n"));
    EXPECT_THAT(err(), HasSubstr("tool status: its query cannot be run"));
    EXPECT_THAT(err(), HasSubstr(what));
  }
  config("ATTACH 'copy.db' AS copy");
  EXPECT_EQ(antiphon({"serve", "gateway.yaml", "--check"}), 2);
  EXPECT_THAT(err(), HasSubstr("gateway.yaml:4:59\n"));
  EXPECT_THAT(err(), HasSubstr("ATTACH, VACUUM and PRAGMA"));
  config("SELECT id FROM orders;");
  EXPECT_EQ(antiphon({"serve", "gateway.yaml", "--check"}), 0) << err();
}

TEST_F(ServeCommand, SqlThatWouldWriteElsewhereIsAMistakeAndWritesNothing_GTW1) {
  const auto config = [this](const std::string& query) {
    write("gateway.yaml", stubs + "tools:\n  status:\n    sql: {database: orders.db, schema: orders.sql, writes: true, query: \"" + query + "\"}\n");
  };
  config("SELECT id FROM orders");
  const auto copy = (folder_ / "copy.db").string();
  for (const auto& [statement, line] : std::vector<std::pair<std::string, int>>{{"ATTACH '" + copy + "' AS copy;\nCREATE TABLE copy.orders (id TEXT);", 2},
                                                                                {"BEGIN;\nCOMMIT;\nVACUUM INTO '" + copy + "';", 4},
                                                                                {"PRAGMA temp_store_directory = '" + folder_.string() + "';", 2},
                                                                                {"PRAGMA Writable_Schema = ON;", 2}}) {
    write("orders.sql", "CREATE TABLE orders (id TEXT);\n" + statement);
    EXPECT_EQ(antiphon({"serve", "gateway.yaml", "--check"}), 2) << statement;
    EXPECT_THAT(err(), HasSubstr("orders.sql:" + std::to_string(line) + ":1\n"));
    EXPECT_THAT(err(), HasSubstr("ATTACH, VACUUM and PRAGMA that reach another file"));
    EXPECT_FALSE(fs::exists(copy)) << statement;
  }
  write("orders.sql", "PRAGMA foreign_keys = ON;\nPRAGMA user_version = 3;\nCREATE TABLE orders (id TEXT);");
  EXPECT_EQ(antiphon({"serve", "gateway.yaml", "--check"}), 0) << err();
  for (const auto* before : {"/* a copy */ ", ";", "; /* a copy */ ;"}) {
    config(before + ("VACUUM INTO '" + copy + "'"));
    EXPECT_EQ(antiphon({"serve", "gateway.yaml", "--check"}), 2) << before;
    EXPECT_THAT(err(), HasSubstr("its query is VACUUM, which reaches other files"));
  }
  EXPECT_FALSE(fs::exists(copy));
}

TEST_F(ServeCommand, ACheckWritesNothing_GTW1) {
  write("docs/a.md", "# A\n\nText.\n");
  write("orders.sql", "CREATE TABLE orders (id TEXT);");
  write("gateway.yaml", stubs + "tools:\n  status: {sql: {database: orders.db, schema: orders.sql, query: SELECT id FROM orders}}\n" +
                            "  look_up: {knowledge: {}}\nknowledge: {documents: docs/, file: knowledge.db, embedder: lexical}\n");
  EXPECT_EQ(antiphon({"serve", "gateway.yaml", "--check"}), 0) << err();
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder_)) names.push_back(entry.path().filename().string());
  EXPECT_THAT(names, testing::UnorderedElementsAre("docs", "orders.sql", "gateway.yaml"));
}

TEST_F(ServeCommand, WhoeverGathersItsLogCanReadWhyItDoesNotStart_GTW50) {
  const auto lines = [this] {
    std::vector<json::object> all;
    std::istringstream from(err());
    for (std::string line; std::getline(from, line);) all.push_back(json::parse(line).as_object());
    return all;
  };
  write("gateway.yaml", stubs + "lisen: 127.0.0.1:1\npin: {file: pins.txt}\n");
  EXPECT_EQ(antiphon({"serve", "gateway.yaml"}), 2);
  ASSERT_EQ(lines().size(), 2U);
  EXPECT_EQ(lines()[0].at("level").as_string(), "error");
  EXPECT_THAT(std::string(lines()[0].at("where").as_string()), HasSubstr("gateway.yaml:2:1"));
  EXPECT_THAT(std::string(lines()[0].at("note").as_string()), HasSubstr("listen"));
  EXPECT_THAT(std::string(lines()[1].at("where").as_string()), HasSubstr("gateway.yaml:3:13"));
  write("gateway.yaml", stubs);
  EXPECT_EQ(antiphon({"serve", "gateway.yaml", "--listen", "192.0.2.1:1", "--insecure"}), 3) << "an address of nobody (RFC 5737)";
  EXPECT_THAT(std::string(lines().back().at("text").as_string()), HasSubstr("cannot listen on 192.0.2.1:1"));
}

TEST_F(ServeCommand, InitWritesAGatewayToStartFrom_PRD1) {
  EXPECT_EQ(antiphon({"init", "--gateway", "mine"}), 0) << err();
  EXPECT_THAT(out(), HasSubstr("antiphon serve mine/gateway.yaml"));
  EXPECT_EQ(antiphon({"serve", "mine/gateway.yaml", "--check"}), 0) << err();
  EXPECT_EQ(antiphon({"eval", "mine/gateway.yaml", "mine/evaluation.yaml"}), 0) << err() << out();
  EXPECT_EQ(antiphon({"run", "mine/rehearsal.yaml", "--dry-run"}), 0) << err();
  EXPECT_EQ(antiphon({"init", "--gateway", "mine"}), 2);
  EXPECT_EQ(antiphon({"init", "--gateway"}), 0) << err();
  EXPECT_TRUE(exists("antiphon-gateway/knowledge/returns.md"));
}

TEST_F(ServeCommand, BeyondThisMachineItWantsToKnowWhoCalls_GTW13) {
  write("gateway.yaml", stubs);
  EXPECT_EQ(antiphon({"serve", "gateway.yaml", "--check", "--listen", "0.0.0.0:0"}), 2);
  EXPECT_THAT(err(), HasSubstr("--insecure"));
  EXPECT_EQ(antiphon({"serve", "gateway.yaml", "--check", "--listen", "0.0.0.0:0", "--insecure"}), 0) << err();
  write("gateway.yaml", stubs + "access: {tokens: [abc]}\n");
  EXPECT_EQ(antiphon({"serve", "gateway.yaml", "--check", "--listen", "0.0.0.0:0"}), 0) << err();
}

TEST_F(ServeCommand, ABadCertificateIsOneClearError_GTW13) {
  write("gateway.yaml", stubs + "listen: 127.0.0.1:0\ntls: {certificate: cert.pem, key: key.pem}\n");
  EXPECT_EQ(antiphon({"serve", "gateway.yaml"}), 2);
  EXPECT_THAT(err(), HasSubstr("cert.pem holds no certificate that can be read"));
}

TEST_F(ServeCommand, AStopBeforeItHasLoadedEndsIt_PRD61) {
  write("gateway.yaml", stubs);
  stop_.request();
  EXPECT_EQ(antiphon({"serve", "gateway.yaml", "--listen", "127.0.0.1:0"}), 0) << err();
  EXPECT_THAT(out(), testing::MatchesRegex("listening on 127.0.0.1:[0-9]+\n"));
}

TEST_F(ServeCommand, OffersItsPageOnlyWhereSomebodyCanUseIt_GTW13) {
  stop_.request();
  for (const auto& [access, offers] :
       std::vector<std::pair<std::string, bool>>{{"", true},
                                                 {"access: {tokens: [very-secret-token]}\n", true},
                                                 {"access: {signing_key: 0123456789abcdef}\n", false},
                                                 {"access: {tokens: [very-secret-token], signing_key: 0123456789abcdef}\n", true}}) {
    write("gateway.yaml", stubs + access);
    EXPECT_EQ(antiphon({"serve", "gateway.yaml", "--listen", "127.0.0.1:0"}), 0) << err();
    EXPECT_EQ(err().find("(a page for your browser)") != std::string::npos, offers) << err();
    EXPECT_EQ(err().find("no page: ") != std::string::npos, !offers) << err();
  }
}

TEST_F(ServeCommand, WritesTheLineOfAPinFile_GTW32) {
  EXPECT_EQ(antiphon({"serve", "--make-pin", "+15550100"}, "1234\n"), 0) << err();
  EXPECT_THAT(out(), testing::StartsWith("$scrypt$ln=14,r=8,p=1$"));
  EXPECT_THAT(out(), HasSubstr(" +15550100\n"));
  EXPECT_EQ(antiphon({"serve", "--make-pin", "+15550100"}, "12\n"), 2);
  EXPECT_THAT(err(), HasSubstr("at least 3 digits"));
  EXPECT_EQ(antiphon({"serve", "--make-pin", "+15550100"}, "123456789012\n"), 0) << err();
  EXPECT_EQ(antiphon({"serve", "--make-pin", "+15550100"}, "1234567890123\n"), 2);
  EXPECT_THAT(err(), HasSubstr("at most 12 digits"));
  EXPECT_EQ(antiphon({"serve", "--make-pin", ""}, "1234\n"), 2) << "and no gateway is started";
  EXPECT_EQ(antiphon({"serve", "--make-pin", "+15550100"}, "12x34\n"), 2);
  EXPECT_THAT(err(), HasSubstr("digits alone"));
}

}  // namespace
}  // namespace antiphon::cli
