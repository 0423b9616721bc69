#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/ids.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/gateway/knowledge/document.hpp"

namespace antiphon::gateway {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

struct DocumentFolder : ::testing::Test {
  DocumentFolder() { std::filesystem::create_directories(path + "/more"); }
  ~DocumentFolder() override { std::filesystem::remove_all(path); }
  void write(const std::string& name, std::string_view text) const { std::ofstream(path + "/" + name) << text; }
  std::string path = (std::filesystem::temp_directory_path() / make_id("documents")).string();
};

TEST_F(DocumentFolder, IsReadWithItsFoldersInOrder_GTW35) {
  write("b.md", "# B\nText of b.");
  write("more/a.txt", "Text of a.");
  write("list.json", R"([{"id": "one", "text": "One.", "metadata": {"team": "x"}}, {"id": "two", "text": " "}])");
  write(".hidden.md", "no");
  write("picture.png", "no");
  const auto read = read_documents(path);
  ASSERT_THAT(read.documents, SizeIs(3));
  EXPECT_EQ(read.documents[0].id, "b.md");
  EXPECT_EQ(read.documents[1].id, "more/a.txt");
  EXPECT_EQ(read.documents[2].metadata.at("team"), "x");
  EXPECT_THAT(read.notices, SizeIs(1));
}

TEST_F(DocumentFolder, MistakesNameFileAndEntry_GTW35) {
  const auto mistake = [](std::string_view text) {
    try {
      parse_documents(text, "list.json");
    } catch (const Error& error) {
      return error.message();
    }
    return std::string();
  };
  EXPECT_THAT(mistake(R"([{"id": "a", "text": "b"}, {"text": "b"}])"), HasSubstr("list.json: entry 2 has no id"));
  EXPECT_THAT(mistake(R"([{"id": "a"}])"), HasSubstr("has no text"));
  EXPECT_THAT(mistake(R"([{"id": "a")"), HasSubstr("list.json"));
  write("a.json", R"([{"id": "a", "text": "x"}, {"id": "a", "text": "y"}])");
  EXPECT_THROW(read_documents(path), Error);
  EXPECT_THROW(read_documents(path + "/none"), Error);
}

TEST(Chunks, BeginAtHeadingsAndKnowThoseAboveThem_GTW35) {
  const auto chunks =
      chunks_of({.id = "d", .text = "Before.\n# Returns\nIn 30 days.\n## Refunds ##\nBy card.\n```\n# no heading\n```\n# Shipping\n- Fast.\n- Slow."});
  ASSERT_THAT(chunks, SizeIs(4));
  EXPECT_EQ(chunks[0].heading, "");
  EXPECT_EQ(chunks[1].heading, "Returns");
  EXPECT_EQ(chunks[2].heading, "Returns > Refunds");
  EXPECT_THAT(chunks[2].text, HasSubstr("# no heading"));
  EXPECT_EQ(chunks[3].heading, "Shipping");
  EXPECT_EQ(chunks[3].text, "- Fast. - Slow.");
  EXPECT_EQ(chunks[3].id, "d#3");
}

TEST(Chunks, EndBetweenSentencesAndRepeatTheLastOfTheOneBefore_GTW35) {
  const auto chunks = chunks_of({.id = "d", .text = "One two three. Four five six. Seven eight nine. Ten eleven."}, {.most_words = 6, .overlap_words = 3});
  ASSERT_THAT(chunks, SizeIs(3));
  EXPECT_EQ(chunks[0].text, "One two three. Four five six.");
  EXPECT_EQ(chunks[1].text, "Four five six. Seven eight nine.");
  EXPECT_EQ(chunks[2].text, "Seven eight nine. Ten eleven.");
}

TEST(Chunks, OfASentenceWithoutEndAreCutAndNothingIsLost_GTW35) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "w" + std::to_string(i) + " ";
  std::string all;
  for (const auto& chunk : chunks_of({.id = "d", .text = text}, {.most_words = 7, .overlap_words = 3})) {
    EXPECT_LE(count_words(chunk.text), 7U);
    all += chunk.text + " ";
  }
  EXPECT_EQ(all, text);
  EXPECT_THAT(chunks_of({.id = "d", .text = " \n\n# Heading alone\n"}), SizeIs(0));
}

}  // namespace
}  // namespace antiphon::gateway
