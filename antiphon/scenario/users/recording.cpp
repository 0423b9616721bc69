#include "antiphon/scenario/users/recording.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon {

namespace {

constexpr std::size_t size_limit = std::size_t{64} << 20;  // a result.json of some 10,000 conversations
constexpr std::size_t ids_shown = 8;                       // in a message; the rest is counted

class Recording {
 public:
  Recording(const std::string& file, const std::string& scenario) : file_(file), scenario_(scenario) {}

  std::vector<Message> of(const json::value& root) const {
    if (const auto* scenarios = antiphon::find(root, "scenarios"); scenarios && scenarios->is_array()) return of_scenario(scenarios->get_array());
    if (!scenario_.empty()) fail("", fmt::format("it holds one conversation, and no scenario {}", quote(scenario_)), "leave the scenario out");
    if (root.is_array()) return said_by_the_user(root.get_array(), "");
    return of_object(root, "");
  }

 private:
  [[noreturn]] void fail(const std::string& pointer, const std::string& what, std::string hint) const {
    throw Error(ErrorKind::configuration, fmt::format("cannot replay {}: {}{}", file_, pointer.empty() ? "" : pointer + ": ", what)).with_hint(std::move(hint));
  }

  std::vector<Message> of_object(const json::value& object, const std::string& pointer) const {
    const auto* messages = antiphon::find(object, "messages");
    if (!messages || !messages->is_array())
      fail(pointer, "no conversation stands here", "give it a JSON list of chat messages, {\"messages\": [...]}, or a result.json");
    return said_by_the_user(messages->get_array(), pointer + "/messages");
  }

  static std::string id_of(const json::value& scenario) { return find_string(scenario, "id").value_or(""); }

  std::string ids_of(const json::array& scenarios) const {
    std::vector<std::string> ids;
    for (const auto& scenario : scenarios)
      if (ids.size() < ids_shown) ids.push_back(quote(id_of(scenario)));
    return join(ids, ", ") + (scenarios.size() > ids_shown ? fmt::format(" and {} more", scenarios.size() - ids_shown) : "");
  }

  std::vector<Message> of_scenario(const json::array& scenarios) const {
    if (scenarios.empty()) fail("/scenarios", "this result holds no scenario", "name a result of a run that was held");
    std::size_t index = 0;
    if (!scenario_.empty()) {
      const auto it = std::find_if(scenarios.begin(), scenarios.end(), [&](const json::value& each) { return id_of(each) == scenario_; });
      if (it == scenarios.end()) fail("/scenarios", fmt::format("no scenario {}", quote(scenario_)), "there is " + ids_of(scenarios));
      index = static_cast<std::size_t>(it - scenarios.begin());
    } else if (scenarios.size() > 1) {
      fail("/scenarios", fmt::format("this result holds {} scenarios", scenarios.size()),
           fmt::format("say which: `replay: {{file: {}, scenario: ID}}`; there is {}", file_, ids_of(scenarios)));
    }
    return of_object(scenarios[index], fmt::format("/scenarios/{}", index));
  }

  std::vector<Message> said_by_the_user(const json::array& messages, const std::string& pointer) const {
    std::vector<Message> said;
    for (std::size_t i = 0; i < messages.size(); ++i) {
      try {
        Message message(messages[i]);
        if (message.role() == MessageRole::user) said.push_back(std::move(message));
      } catch (const Error& error) {
        fail(fmt::format("{}/{}", pointer, i), error.message(), "mend this message, or remove it");
      }
    }
    if (said.empty()) fail(pointer, "the user says nothing in it", "name a conversation with messages of the role `user`");
    return said;
  }

  const std::string& file_;
  const std::string& scenario_;
};

// Where a parser stopped, as editors count.
std::string place_of(std::string_view text, std::size_t byte) {
  const auto before = text.substr(0, std::min(byte, text.size()));
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const auto start = before.rfind('\n');
  return fmt::format("{}:{}", line, before.size() - (start == std::string_view::npos ? 0 : start + 1) + 1);
}

std::size_t length_of_valid_start(std::string_view text) {
  json::parse_options options;
  options.max_depth = 64;  // as parse_json
  json::stream_parser parser(json::storage_ptr(), options);
  boost::system::error_code error;
  return parser.write_some(text.data(), text.size(), error);
}

}  // namespace

std::vector<Message> parse_recording(std::string_view text, const std::string& file, const std::string& scenario) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  json::value root;
  try {
    root = parse_json(text);
  } catch (const Error& error) {
    throw Error(ErrorKind::configuration, fmt::format("cannot replay {}:{}: {}", file, place_of(text, length_of_valid_start(text)), error.message()))
        .with_hint("give it JSON: a list of chat messages, {\"messages\": [...]}, or a result.json");
  }
  return Recording(file, scenario).of(root);
}

std::vector<Message> read_recording(const std::string& file, const std::string& scenario) {
  return parse_recording(read_file(file, size_limit), file, scenario);
}

}  // namespace antiphon
