#include <gtest/gtest.h>

#include "antiphon/base/random.hpp"
#include "antiphon/chat/history.hpp"

// Whatever a list of messages holds, known or not, it comes back from its JSON as it was: to the order of the keys.

namespace antiphon {
namespace {

/// Message lists of any shape, the same for the same seed.
class Messages {
 public:
  explicit Messages(std::uint64_t seed) : random_(seed) {}

  json::array list() {
    json::array list;
    for (auto n = random_.below(7); n > 0; --n) list.push_back(message());
    return list;
  }

 private:
  bool yes() { return random_.below(2) == 0; }
  std::string_view pick(std::initializer_list<std::string_view> from) { return from.begin()[random_.below(from.size())]; }

  std::string text() {
    static const std::vector<std::string> pieces{"order ", "\"", "\\", "\n", "\t", std::string(1, '\0'), "\x1f", "\x7f", "é", "\u2028", "漢",
                                                 "😀",     "/",  "{",  "]",  ","};
    std::string text;
    for (auto n = random_.below(8); n > 0; --n) text += pieces[random_.below(pieces.size())];
    return text;
  }

  json::value value(int depth = 0) {
    switch (random_.below(depth < 3 ? 8 : 6)) {
      case 0: return nullptr;
      case 1: return yes();
      case 2: return static_cast<std::int64_t>(random_.next());
      case 3: return random_.next();
      case 4: return json::value(json::string(text()));
      case 5: return static_cast<double>(random_.below(100'000)) / 8;  // of longer fractions the parser may miss the last binary digit
      case 6: {
        json::array array;
        for (auto n = random_.below(4); n > 0; --n) array.push_back(value(depth + 1));
        return array;
      }
      default: {
        json::object object;
        add_unknown(object, depth + 1);
        return object;
      }
    }
  }

  // Members that no format knows, before, between and behind those that it does.
  void add_unknown(json::object& object, int depth = 0) {
    for (auto n = random_.below(3); n > 0; --n) object["x_" + text() + std::to_string(random_.below(50))] = value(depth);
  }

  json::value part() {
    json::object part;
    add_unknown(part);
    switch (random_.below(7)) {
      case 0: return json::value(json::string(text()));
      case 1: part["type"] = "text", part["text"] = text(); break;
      case 2: part["type"] = "image_url", part["image_url"] = json::object{{"url", "data:image/png;base64,AAAA"}, {"detail", pick({"low", "high"})}}; break;
      case 3: part["type"] = "input_audio", part["input_audio"] = json::object{{"data", "AAAA"}, {"format", "wav"}, {"transcript", text()}}; break;
      case 4: part["type"] = "file", part["file"] = json::object{{"file_id", text()}}; break;
      case 5: part["type"] = "refusal", part["refusal"] = text(); break;
      default: part["type"] = "x_" + text(), part["x"] = value(); break;
    }
    add_unknown(part);
    return part;
  }

  json::value content() {
    switch (random_.below(4)) {
      case 0: return nullptr;
      case 1: {
        json::array parts;
        for (auto n = random_.below(5); n > 0; --n) parts.push_back(part());
        return parts;
      }
      default: return json::value(json::string(text()));
    }
  }

  json::value call() {
    json::object function{{"name", "f" + text()}};
    if (yes()) function["arguments"] = yes() ? json::value(json::string(text())) : json::value(json::string(json::serialize(value())));
    add_unknown(function);
    json::object call;
    add_unknown(call);
    if (yes()) call["id"] = text();
    call["type"] = "function", call["function"] = std::move(function);
    add_unknown(call);
    return call;
  }

  json::value message() {
    json::object message;
    add_unknown(message);
    const auto role = pick({"developer", "system", "user", "assistant", "tool", "function"});
    if (yes()) message["content"] = content();
    message["role"] = role;
    if (role == "assistant" && yes()) {
      json::array calls;
      for (auto n = random_.below(3); n > 0; --n) calls.push_back(call());
      message["tool_calls"] = std::move(calls);
    }
    if (role == "tool") message["tool_call_id"] = text();
    if (yes()) message["name"] = text();
    for (const auto* key : {"refusal", "audio", "annotations", "reasoning_content"})
      if (random_.below(4) == 0) message[key] = value();
    add_unknown(message);
    return message;
  }

  RandomStream random_;
};

History read(const json::array& list) {
  History history;
  for (const auto& value : list) history.append(Message(value));
  return history;
}

std::string written(const History& history) {
  std::string text = "[";
  for (const auto& message : history) text += (text.size() > 1 ? "," : "") + message.serialized();
  return text + "]";
}

TEST(MessageProperty, AnyListOfMessagesComesBackFromItsJsonToTheOrderOfItsKeys_SCN4) {
  std::size_t messages = 0;
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    const auto list = Messages(seed).list();
    const auto once = read(list);
    const auto text = written(once);
    ASSERT_EQ(text, json::serialize(list)) << "seed " << seed;
    const auto again = read(parse_json(text).as_array());
    ASSERT_EQ(written(again), text) << "seed " << seed;
    ASSERT_EQ(again.size(), list.size());
    messages += list.size();
    for (std::size_t i = 0; i < list.size(); ++i) {
      ASSERT_EQ(again[i].json(), list[i]) << "seed " << seed;
      ASSERT_EQ(again[i].role(), once[i].role());
      ASSERT_EQ(again[i].text(), once[i].text());
      ASSERT_EQ(again[i].tool_call_id(), once[i].tool_call_id());
      ASSERT_EQ(again[i].tool_calls().size(), once[i].tool_calls().size());
      for (std::size_t k = 0; k < once[i].tool_calls().size(); ++k) ASSERT_EQ(again[i].tool_calls()[k].arguments, once[i].tool_calls()[k].arguments);
    }
  }
  EXPECT_GT(messages, 4000U);
}

}  // namespace
}  // namespace antiphon
