#include <gtest/gtest.h>

#include "antiphon/base/random.hpp"
#include "antiphon/scenario/engine/conversation.hpp"

// Whatever is added, taken, rolled back and handed out, in any order, agrees with plain vectors.

namespace antiphon {
namespace {

constexpr std::size_t seats = 3;

/// The same bookkeeping, said as simply as it can be.
struct Model {
  struct Entry {
    std::string text;
    std::vector<bool> seen = std::vector<bool>(seats, false);
  };
  std::vector<Entry> entries;
  std::vector<std::string> removed;

  void add(std::string text, std::optional<std::size_t> author) {
    entries.push_back({.text = std::move(text)});
    if (author) entries.back().seen[*author] = true;
  }
  std::vector<std::string> take(std::size_t seat) {
    std::vector<std::string> fresh;
    for (auto& entry : entries) {
      if (!entry.seen[seat]) fresh.push_back(entry.text);
      entry.seen[seat] = true;
    }
    return fresh;
  }
  std::vector<std::string> rollback(std::size_t size) {
    std::vector<std::string> gone;
    for (std::size_t i = size; i < entries.size(); ++i) gone.push_back(entries[i].text);
    if (size < entries.size()) entries.resize(size);
    removed.insert(removed.end(), gone.begin(), gone.end());
    return gone;
  }
  std::vector<std::string> texts() const {
    std::vector<std::string> list;
    for (const auto& entry : entries) list.push_back(entry.text);
    return list;
  }
};

template <class Messages>
std::vector<std::string> texts(const Messages& messages) {
  std::vector<std::string> list;
  for (const auto& message : messages) list.push_back(message.text());
  return list;
}

void play(std::uint64_t seed) {
  RandomStream random(seed);
  Conversation conversation(seats);
  Model model;
  std::vector<std::pair<History, std::vector<std::string>>> handed_out;  // as participants keep them
  for (int step = 0; step < 300; ++step) {
    const auto action = random.below(10);
    if (action < 5) {
      // Few different texts: equal words of different messages must not be taken for one another.
      const auto text = "m" + std::to_string(random.below(4));
      const auto author = random.below(seats + 1);
      const auto whose = author < seats ? std::optional<std::size_t>(author) : std::nullopt;
      conversation.add(Message::user(text), {.turn = step}, whose);
      model.add(text, whose);
    } else if (action < 8) {
      const auto seat = random.below(seats);
      ASSERT_EQ(texts(conversation.take_unseen(seat)), model.take(seat)) << "seed " << seed << ", step " << step;
      handed_out.emplace_back(conversation.messages(), model.texts());
    } else {
      const auto size = random.below(model.entries.size() + 3);
      ASSERT_EQ(texts(conversation.rollback(size)), model.rollback(size)) << "seed " << seed << ", step " << step;
    }
    ASSERT_EQ(texts(conversation.messages()), model.texts()) << "seed " << seed << ", step " << step;
    ASSERT_EQ(conversation.timings().size(), model.entries.size());
  }
  EXPECT_EQ(texts(conversation.removed()), model.removed);
  for (const auto& [history, said] : handed_out) EXPECT_EQ(texts(history), said) << "seed " << seed;  // nobody's copy has changed
}

TEST(ConversationProperty, AgreesWithAPlainModelUnderAnyAddsCallsAndRollbacks_SCN20_SCN21) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) play(seed);
}

}  // namespace
}  // namespace antiphon
