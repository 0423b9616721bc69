#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "antiphon/base/random.hpp"
#include "antiphon/suite/testing/suite_folder.hpp"

// A mistake is reported where it stands, to line and character, however the suite around it is laid out.

namespace antiphon::suite {
namespace {

using testing::SuiteFolder;

constexpr char mark = '\x01';  // stands before what is wrong, and is taken out before the suite is read

/// A value of YAML, as little as a suite needs.
struct Yaml {
  enum class Kind { scalar, sequence, mapping };
  Kind kind = Kind::scalar;
  std::string text{};
  std::vector<Yaml> items{};
  std::vector<std::pair<std::string, Yaml>> members{};

  static Yaml of(std::string text) { return {.text = std::move(text)}; }
  static Yaml list(std::vector<Yaml> items) { return {.kind = Kind::sequence, .items = std::move(items)}; }
  static Yaml map(std::vector<std::pair<std::string, Yaml>> members) { return {.kind = Kind::mapping, .members = std::move(members)}; }
};

/// Writes a value in one of the many ways that YAML has for it.
class Writer {
 public:
  explicit Writer(RandomStream& random) : random_(random), step_(2 + random.below(4)), line_end_(random.below(4) == 0 ? "\r\n" : "\n") {}

  std::string document(const Yaml& root) {
    if (one_in(4)) out_ += "# ein Kommentar: früh" + line_end_;
    if (one_in(4)) out_ += "---" + line_end_;
    block_mapping(root, 0);
    return std::move(out_);
  }

 private:
  bool one_in(std::size_t n) { return random_.below(n) == 0; }

  void end_line() {
    if (one_in(6)) out_ += " # größer: [{";
    out_ += line_end_;
    if (one_in(8)) out_ += line_end_;
    if (one_in(12)) out_ += "      # beside: it" + line_end_;
  }

  void block_mapping(const Yaml& value, std::size_t indent, bool on_line = false) {
    for (const auto& [key, member] : value.members) {
      if (!std::exchange(on_line, false)) out_.append(indent, ' ');
      write_key(key);
      out_ += ':';
      below(member, indent);
    }
  }

  void block_sequence(const Yaml& value, std::size_t indent) {
    for (const auto& item : value.items) {
      out_.append(indent, ' ');
      out_ += '-';
      if (item.kind == Yaml::Kind::mapping && !item.members.empty() && one_in(2)) {
        out_.append(step_ - 1, ' ');
        put_mark(item);
        block_mapping(item, indent + step_, true);
      } else {
        beside(item);
      }
    }
  }

  // What belongs to a key: on the same line in one piece, or on lines of its own.
  void below(const Yaml& value, std::size_t indent) {
    const bool empty = value.kind == Yaml::Kind::sequence ? value.items.empty() : value.members.empty();
    if (value.kind == Yaml::Kind::scalar || empty || !value.text.empty() || one_in(3)) return beside(value);
    end_line();
    value.kind == Yaml::Kind::mapping ? block_mapping(value, indent + step_) : block_sequence(value, indent + (one_in(2) ? step_ : 0));
  }

  void beside(const Yaml& value) {
    out_.append(1 + random_.below(3), ' ');
    flow(value);
    end_line();
  }

  void flow(const Yaml& value) {
    put_mark(value);
    if (value.kind == Yaml::Kind::scalar) return scalar(value.text);
    const bool map = value.kind == Yaml::Kind::mapping;
    out_ += map ? '{' : '[';
    const auto count = map ? value.members.size() : value.items.size();
    for (std::size_t i = 0; i < count; ++i) {
      if (i > 0) out_ += one_in(3) ? " , " : ", ";
      if (map) write_key(value.members[i].first), out_ += ": ";
      flow(map ? value.members[i].second : value.items[i]);
    }
    out_ += map ? '}' : ']';
  }

  // The text of a list or mapping is nothing but the mark: the value itself is wrong.
  void put_mark(const Yaml& value) {
    if (value.kind != Yaml::Kind::scalar) out_ += value.text;
  }

  void write_key(const std::string& key) {
    const bool marked = key.front() == mark;
    if (marked) out_ += mark;
    const auto name = marked ? key.substr(1) : key;
    out_ += one_in(5) ? '"' + name + '"' : name;
  }

  // Of letters and spaces, plain or in quotes; what holds anything else is quoted already, or must not be.
  void scalar(const std::string& text) {
    const bool marked = !text.empty() && text.front() == mark;
    const auto words = marked ? text.substr(1) : text;
    if (marked) out_ += mark;
    const bool letters = std::all_of(words.begin(), words.end(), [](char c) {
      return static_cast<unsigned char>(c) >= 0x80 || std::isalpha(static_cast<unsigned char>(c)) != 0 || c == ' ';
    });
    if (!letters || words == "true" || words == "false" || one_in(3))
      out_ += words;
    else
      out_ += one_in(2) ? '"' + words + '"' : '\'' + words + '\'';
  }

  RandomStream& random_;
  std::size_t step_;
  std::string line_end_;
  std::string out_;
};

/// Suites that are right, and then have mistakes put into them.
class Suites {
 public:
  explicit Suites(std::uint64_t seed) : random_(seed) {}

  Yaml right() {
    std::vector<Yaml> scenarios;
    for (auto n = 1 + random_.below(3); n > 0; --n) scenarios.push_back(scenario(n));
    return Yaml::map({{"antiphon", Yaml::of("1")},
                      {"name", Yaml::of(words())},
                      {"agent", Yaml::map({{"chat", Yaml::map({{"model", Yaml::of(words())}, {"url", Yaml::of("\"http://127.0.0.1:1/v1\"")}})}})},
                      {"defaults", Yaml::map({{"max_turns", Yaml::of("4")}, {"timeout", Yaml::of("30s")}})},
                      {"scenarios", Yaml::list(std::move(scenarios))}});
  }

  /// One to three mistakes, in different places.
  void spoil(Yaml& root) {
    for (auto n = 1 + random_.below(3); n > 0; --n) spoil_once(root);
  }
  std::string written(const Yaml& root) { return Writer(random_).document(root); }

 private:
  std::string words() {
    static const std::vector<std::string> list{"refund", "größe", "漢字", "a 😀 b", "ping", "what now", "naïve"};
    return list[random_.below(list.size())];
  }

  Yaml scenario(std::uint64_t number) {
    Yaml scenario = Yaml::map({{"name", Yaml::of(fmt::format("s{}", number))}, {"description", Yaml::of(words())}});
    if (random_.below(2) == 0) scenario.members.emplace_back("tags", Yaml::list({Yaml::of(words()), Yaml::of(words())}));
    scenario.members.emplace_back("max_turns", Yaml::of("3"));
    scenario.members.emplace_back("user", Yaml::map({{"lines", Yaml::list({Yaml::of(words()), Yaml::of(words())})}}));
    scenario.members.emplace_back("script", Yaml::list({Yaml::map({{"user", Yaml::of(words())}}), Yaml::of("agent"), Yaml::map({{"check", check()}}),
                                                        Yaml::map({{"sleep", Yaml::of("20ms")}})}));
    scenario.members.emplace_back("checks", Yaml::list({check(), check()}));
    return scenario;
  }

  Yaml check() {
    if (random_.below(2) == 0) return Yaml::map({{"contains", Yaml::of(words())}});
    return Yaml::map({{"turns", Yaml::map({{"at_most", Yaml::of("5")}, {"at_least", Yaml::of("1")}})}});
  }

  Yaml& child(Yaml& map, std::string_view key) {
    return std::find_if(map.members.begin(), map.members.end(), [&](const auto& member) { return member.first == key; })->second;
  }

  // What is wrong must be right in everything else, or a second report would hide behind the first; so each place is spoilt at most once.
  void spoil_once(Yaml& root) {
    auto& scenarios = child(root, "scenarios").items;
    const auto at = random_.below(scenarios.size());
    auto& scenario = scenarios[at];
    const auto kind = random_.below(9);
    if (!spoilt_.insert({at, kind}).second) return;
    const auto wrong = [](std::string text) { return Yaml::of(mark + std::move(text)); };
    auto& script = child(scenario, "script").items;
    switch (kind) {
      case 0: insert(scenario, {mark + std::string("max_turn"), Yaml::of("3")}); break;
      case 1: child(scenario, "max_turns") = wrong("many"); break;
      case 2: child(scenario, "checks").items.push_back(Yaml::map({{mark + std::string("contians"), Yaml::of(words())}})); break;
      case 3: script.push_back(wrong("agnt")); break;
      case 4: child(script[3], "sleep") = wrong("20"); break;
      case 5: insert(scenario, {"clock", wrong("fast")}); break;
      case 6: insert(scenario, {"turn_timeout", {.kind = Yaml::Kind::sequence, .text = std::string(1, mark), .items = {Yaml::of("1s")}}}); break;
      case 7: insert(scenario, {"metadata", wrong("none")}); break;
      default: child(scenario, "description") = wrong("\"about ${ORDER}\""); break;
    }
  }

  void insert(Yaml& map, std::pair<std::string, Yaml> member) {
    map.members.insert(map.members.begin() + static_cast<std::ptrdiff_t>(random_.below(map.members.size() + 1)), std::move(member));
  }

  RandomStream random_;
  std::set<std::pair<std::size_t, std::size_t>> spoilt_;
};

using Places = std::multiset<std::pair<int, int>>;

// Takes the marks out and tells where they stood, in lines and characters.
Places take_marks(std::string& text) {
  Places places;
  std::string kept;
  int line = 1, column = 1;
  for (const char c : text) {
    if (c == mark) {
      places.emplace(line, column);
      continue;
    }
    kept += c;
    if (c == '\n')
      ++line, column = 1;
    else if ((static_cast<unsigned char>(c) & 0xC0) != 0x80)
      ++column;
  }
  text = std::move(kept);
  return places;
}

Places reported(const std::string& suite) {
  const SuiteFolder folder({{"a.yaml", suite}});
  Places places;
  try {
    (void)folder.load({"a.yaml"});
  } catch (const Problems& problems) {
    for (const auto& problem : problems.list()) places.emplace(problem.where.line, problem.where.column);
  }
  return places;
}

TEST(PositionProperty, SuitesWithoutAMistakeAreRead_PRD10) {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    Suites suites(seed);
    const auto text = suites.written(suites.right());
    ASSERT_EQ(SuiteFolder({{"a.yaml", text}}).report({"a.yaml"}), "") << "seed " << seed << "\n" << text;
  }
}

TEST(PositionProperty, EveryMistakeIsReportedWhereItStandsAndNothingElseIs_PRD10) {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    Suites suites(seed);
    auto root = suites.right();
    suites.spoil(root);
    auto text = suites.written(root);
    const auto wanted = take_marks(text);
    ASSERT_FALSE(wanted.empty());
    ASSERT_EQ(reported(text), wanted) << "seed " << seed << "\n" << text << SuiteFolder({{"a.yaml", text}}).report({"a.yaml"});
  }
}

}  // namespace
}  // namespace antiphon::suite
