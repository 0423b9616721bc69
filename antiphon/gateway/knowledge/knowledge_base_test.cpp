#include "antiphon/gateway/knowledge/knowledge_base.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <thread>

#include <gmock/gmock.h>

#include "antiphon/base/files.hpp"
#include "antiphon/base/ids.hpp"
#include "antiphon/gateway/knowledge/knowledge_tool.hpp"
#include "antiphon/gateway/knowledge/packed_vector.hpp"
#include "antiphon/gateway/tools/router.hpp"
#include "antiphon/providers/embed/lexical.hpp"
#include "antiphon/providers/llm/testing.hpp"

namespace antiphon::gateway {
namespace {

using namespace std::chrono_literals;
using namespace testing_tools;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<Document> shop() {
  return {{.id = "returns.md", .text = "# Returns\nYou may return every item within 30 days. The refund arrives on your card after five working days."},
          {.id = "shipping.md", .text = "# Shipping\nParcels inside the country take two days. Express parcels arrive the next morning."},
          {.id = "warranty.md", .text = "# Warranty\nAll machines carry a warranty of two years. Keep the receipt of the purchase."},
          {.id = "hours.md", .text = "# Opening hours\nOur telephone desk is open from eight to six, Monday to Friday."}};
}

/// Another scale and size than `lexical`, and counts.
struct LetterEmbedder final : Embedder {
  Embedded embed(const std::vector<std::string>& texts, Duration, std::stop_token) override {
    Embedded all;
    for (const auto& text : texts) {
      Embedding vector(26, 0.0F);
      for (const char c : text)
        if (c >= 'a' && c <= 'z') vector[static_cast<std::size_t>(c - 'a')] += 1;
      normalize(vector);
      all.vectors.push_back(vector);
      ++count;
    }
    return all;
  }
  const std::string& name() const override { return name_; }
  const EmbedderCapabilities& capabilities() const override { return capabilities_; }
  std::string name_ = "letters";
  EmbedderCapabilities capabilities_{.dimensions = 26, .semantic = true};
  std::size_t count = 0;
};

struct KnowledgeBaseTest : ::testing::Test {
  ~KnowledgeBaseTest() override {
    for (const auto* end : {"", "-wal", "-shm"}) std::filesystem::remove(path + end);
  }
  KnowledgeBase open(std::shared_ptr<Embedder> embedder = std::make_shared<LexicalEmbedder>(), KnowledgeOptions options = {}) {
    return {world.runtime, local_store(world.runtime, path), std::move(embedder), options};
  }
  KnowledgeAnswer ask(KnowledgeBase& base, std::string question) { return world.run(base.answer(std::move(question), Deadline::never())); }

  World world;
  std::string path = (std::filesystem::temp_directory_path() / make_id("knowledge")).string();
};

TEST_F(KnowledgeBaseTest, FindsWhatAQuestionIsAboutAndSaysHowSureItIs_GTW35) {
  auto base = open();
  EXPECT_EQ(world.run(base.load(shop(), Deadline::never())), 4U);
  const auto answer = ask(base, "When does the refund for my return arrive?");
  ASSERT_THAT(answer.sources, SizeIs(3));
  EXPECT_EQ(answer.sources[0].document, "returns.md");
  EXPECT_EQ(answer.sources[0].heading, "Returns");
  const auto mean = (answer.sources[0].similarity + answer.sources[1].similarity + answer.sources[2].similarity) / 3;
  EXPECT_NEAR(answer.confidence, mean, 1e-9);
  EXPECT_THAT(answer.text, HasSubstr("five working days"));
}

TEST_F(KnowledgeBaseTest, BelowTheThresholdThereIsNoAnswerButItsSources_GTW35) {
  auto base = open(std::make_shared<LexicalEmbedder>(), {.threshold = 0.6});
  world.run(base.load(shop(), Deadline::never()));
  const auto answer = ask(base, "When does the refund for my return arrive?");
  EXPECT_EQ(answer.text, "");
  EXPECT_LT(answer.confidence, 0.6);
  EXPECT_THAT(answer.sources, SizeIs(3));
}

TEST_F(KnowledgeBaseTest, TheDefaultThresholdIsThatOfTheReferenceUnlessAnEmbedderWasMeasured_GTW35) {
  EXPECT_EQ(open(std::make_shared<LetterEmbedder>()).threshold(), 0.6);
  EXPECT_LT(open().threshold(), 0.6);
}

TEST_F(KnowledgeBaseTest, AWordFindsItsChunkWhereVectorsDoNot_GTW35) {
  auto base = open(std::make_shared<LetterEmbedder>());
  world.run(base.load(shop(), Deadline::never()));
  const auto answer = ask(base, "receipt?");
  ASSERT_FALSE(answer.sources.empty());
  EXPECT_EQ(answer.sources[0].document, "warranty.md");
}

TEST_F(KnowledgeBaseTest, QuestionsAreNeverQueriesOfTheIndex_GTW35) {
  auto base = open();
  world.run(base.load(shop(), Deadline::never()));
  for (const auto* question : {"\" OR 1", "refund NOT (days", "a* NEAR/3 b", "heading:x", "'; DROP TABLE chunks; --", "", "…", "\xff\xfe"}) ask(base, question);
  EXPECT_EQ(ask(base, "refund").sources[0].document, "returns.md");
}

TEST_F(KnowledgeBaseTest, EmbedsOnlyWhatChangedAndMirrorsAFolder_GTW35) {
  auto letters = std::make_shared<LetterEmbedder>();
  auto base = open(letters);
  world.run(base.load(shop(), Deadline::never()));
  EXPECT_EQ(letters->count, 4U);
  auto next = shop();
  next[1].text = "# Shipping\nThree days.";
  next.pop_back();
  EXPECT_EQ(world.run(base.mirror(next, Deadline::never())), 1U);
  EXPECT_EQ(letters->count, 5U);
  const auto state = world.run(local_store(world.runtime, path)->state(Deadline::never()));
  EXPECT_THAT(state.digests, SizeIs(3));
  EXPECT_FALSE(state.digests.contains("hours.md"));
}

TEST_F(KnowledgeBaseTest, ARemovedDocumentIsNeverFoundAgain_GTW35) {
  auto base = open();
  world.run(base.load(shop(), Deadline::never()));
  world.run(base.remove({"returns.md"}, Deadline::never()));
  for (const auto& source : ask(base, "refund return card").sources) EXPECT_NE(source.document, "returns.md");
}

TEST_F(KnowledgeBaseTest, AnotherEmbedderIndexesAnewFromWhatIsThere_GTW35) {
  {
    auto base = open();
    world.run(base.load(shop(), Deadline::never()));
  }
  auto letters = std::make_shared<LetterEmbedder>();
  auto base = open(letters);
  EXPECT_TRUE(world.run(base.open(Deadline::never())));
  EXPECT_EQ(letters->count, 4U);
  EXPECT_GT(ask(base, "When does the refund arrive?").confidence, 0);
  EXPECT_FALSE(world.run(base.open(Deadline::never())));
  EXPECT_EQ(world.run(base.load(shop(), Deadline::never())), 0U);
}

TEST_F(KnowledgeBaseTest, ReadersGoOnWhileTheIndexIsWrittenAnew_GTW35) {
  auto base = open();
  world.run(base.load(shop(), Deadline::never()));
  std::atomic<bool> done = false;
  std::thread writer([&] {
    World other;
    KnowledgeBase second(other.runtime, local_store(other.runtime, path), std::make_shared<LexicalEmbedder>());
    for (int i = 0; i < 30; ++i) {
      auto documents = shop();
      documents[0].text += " Edition " + std::to_string(i) + ".";
      other.run(second.load(documents, Deadline::never()));
    }
    done = true;
  });
  int asked = 0;
  while (!done || asked < 10) {
    const auto answer = ask(base, "refund");
    ASSERT_THAT(answer.sources, Not(IsEmpty()));
    EXPECT_EQ(answer.sources[0].document, "returns.md");
    ++asked;
  }
  writer.join();
}

// Each round a writer of its own is killed at another moment; what is found afterwards is whole, and all that it reported as kept.
TEST_F(KnowledgeBaseTest, TheIndexSurvivesKill9AtAnyMoment_GTW35) {
  int kept = 0;
  for (int round = 0; round < 12; ++round) {
    int pipe_ends[2];
    ASSERT_EQ(::pipe(pipe_ends), 0);
    const auto child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      World own;
      KnowledgeBase base(own.runtime, local_store(own.runtime, path), std::make_shared<LexicalEmbedder>());
      for (int i = kept;; ++i) {
        const auto id = "doc" + std::to_string(i);
        own.run(base.load(
            {{.id = id, .text = "# Part\nThe number of this document is " + std::to_string(i) + ". It has two chunks.\n# Other\nMore text of " + id + "."}},
            Deadline::never()));
        if (::write(pipe_ends[1], &i, sizeof i) != sizeof i) ::_exit(1);
      }
    }
    ::close(pipe_ends[1]);
    int last = 0;
    const int wanted = kept + 1 + round % 3;
    while (::read(pipe_ends[0], &last, sizeof last) == sizeof last && last < wanted) {}
    std::this_thread::sleep_for(
        std::chrono::microseconds(700 * round));  // into the middle of the next write: another process is to be hit, which knows no virtual time
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    while (::read(pipe_ends[0], &last, sizeof last) == sizeof last) {}
    ::close(pipe_ends[0]);
    kept = last + 1;
    const auto store = local_store(world.runtime, path);
    const auto state = world.run(store->state(Deadline::never()));
    EXPECT_GE(state.digests.size(), static_cast<std::size_t>(kept));
    EXPECT_LE(state.digests.size(), static_cast<std::size_t>(kept) + 1);
    EXPECT_EQ(state.embedder, "lexical");
    const auto contents = world.run(store->contents(Deadline::never()));
    EXPECT_EQ(contents.size(), state.digests.size());
    for (const auto& document : contents) EXPECT_THAT(document.chunks, SizeIs(2));
    kept = static_cast<int>(state.digests.size());
  }
  auto base = open();
  EXPECT_EQ(ask(base, "The number of this document is 3").sources.size(), 3U);
}

TEST_F(KnowledgeBaseTest, FilesOfOthersAreRefusedByName_GTW35) {
  write_file_atomically(path, "no database, but long enough to be looked at as one, which takes some hundred bytes …");
  EXPECT_EQ(error_of([&] { open(); }).kind(), ErrorKind::configuration);
}

TEST_F(KnowledgeBaseTest, TheToolAnswersThroughTheRouter_GTW34_GTW35) {
  auto base = std::make_shared<KnowledgeBase>(world.runtime, local_store(world.runtime, path), std::make_shared<LexicalEmbedder>());
  world.run(base->load(shop(), Deadline::never()));
  ToolRouter router(world.runtime);
  router.add(knowledge_tool(base));
  world.run(router.start(Deadline::never()));
  const auto found = world.run(router.call({"1", "knowledge_base", R"({"query": "how long is the warranty of a machine"})"}, {}, Deadline::never()));
  ASSERT_TRUE(found.ok) << found.error;
  EXPECT_THAT(json::serialize(found.data), HasSubstr("two years"));
  const auto unknown = world.run(router.call({"2", "knowledge_base", R"({"query": "zebra xylophone"})"}, {}, Deadline::never()));
  ASSERT_TRUE(unknown.ok);
  EXPECT_EQ(unknown.data.at("answer"), "");
  EXPECT_THAT(json::serialize(unknown.data), HasSubstr("do not make an answer up"));
  EXPECT_THAT(router.fallback("knowledge_base"), HasSubstr("specialist"));
}

TEST(Fusion, WhatBothRankingsKnowComesFirst_GTW35) {
  const auto hit = [](std::string id, double similarity) { return KnowledgeHit{{.id = std::move(id)}, similarity}; };
  const auto fused = fuse({hit("a", 0.9), hit("b", 0.8), hit("c", 0.1)}, {hit("c", 0.1), hit("d", 0.0)}, 3);
  ASSERT_THAT(fused, SizeIs(3));
  EXPECT_EQ(fused[0].chunk.id, "c");
  EXPECT_EQ(fused[1].chunk.id, "a");
}

TEST(PackedVectors, AreTheVectorsAgainAndDamageIsNoticed_GTW35) {
  for (const Embedding& vector : {Embedding{0.6F, 0.8F}, Embedding{0, 0, 0, 1, 0, 0, 0}, Embedding{0, 0}, Embedding{}}) {
    const PackedVector packed(vector);
    const auto bytes = packed.encode();
    const auto back = PackedVector::decode(bytes);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->unpacked(), vector);
    EXPECT_NEAR(back->similarity(vector), similarity(vector, vector), 1e-6);
    EXPECT_FALSE(PackedVector::decode(bytes + "x"));
  }
  EXPECT_FALSE(PackedVector::decode(""));
  EXPECT_FALSE(PackedVector::decode("x1234"));
}

TEST(PgVector, AServerThatIsNotThereIsRefusedAndABadNameIsAMistake_GTW35) {
  World world;
  EXPECT_EQ(error_of([&] { pgvector_store(world.runtime, {.table = "x; DROP TABLE y"}); }).kind(), ErrorKind::configuration);
  const auto store = pgvector_store(world.runtime, {.connection = "host=127.0.0.1 port=1 user=x dbname=x"});
  EXPECT_EQ(error_of([&] { world.run(store->state(Deadline::never())); }).kind(), ErrorKind::refused);
}

TEST(Chroma, KeepsRecordsOfOthersAsDocumentsAndFollowsACollectionThatWasReplaced_GTW35) {
  World world;
  ScriptedHttp http;
  const auto store = chroma_store(http, {.url = "http://chroma:8000/"});
  http.script.push_back({.body = {R"({"id": "c1", "metadata": null})"}});
  http.script.push_back({.status = 404, .body = {R"({"error": "NotFoundError", "message": "gone"})"}});
  http.script.push_back({.body = {R"({"id": "c2", "metadata": {"antiphon_embedder": "lexical"}})"}});
  http.script.push_back({.body = {R"({"ids": [["faq"]], "documents": [["Thirty days."]], "metadatas": [[{"team": "x"}]], "distances": [[0.25]]})"}});
  const auto hits = world.run(store->search("q", {1, 0}, 3, Deadline::never()));
  ASSERT_THAT(hits, SizeIs(1));
  EXPECT_EQ(hits[0].chunk.document, "faq");
  EXPECT_EQ(hits[0].similarity, 0.75);
  EXPECT_EQ(http.sent[3].url, "http://chroma:8000/api/v2/tenants/default_tenant/databases/default_database/collections/c2/query");
}

}  // namespace
}  // namespace antiphon::gateway
