#include "antiphon/gym/keyless_persona.hpp"

#include <array>
#include <cctype>
#include <cstdlib>

#include "antiphon/base/regex.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::gym {

namespace {

constexpr double usual_wait = 10, longer = 1.2;

const std::array<std::pair<std::string_view, std::string_view>, 12> first_person{{{"you are", "I am"},
                                                                                  {"you're", "I'm"},
                                                                                  {"you were", "I was"},
                                                                                  {"you've", "I have"},
                                                                                  {"you'd", "I would"},
                                                                                  {"you'll", "I will"},
                                                                                  {"yourself", "myself"},
                                                                                  {"yours", "mine"},
                                                                                  {"your", "my"},
                                                                                  {"to you", "to me"},
                                                                                  {"for you", "for me"},
                                                                                  {"you", "I"}}};

bool is_letter(char byte) { return std::isalpha(static_cast<unsigned char>(byte)) != 0; }

/// Where `word` stands at `at`, as a word.
bool stands_at(std::string_view text, std::size_t at, std::string_view word) {
  if (lower(text.substr(at, word.size())) != word || (at > 0 && is_letter(text[at - 1]))) return false;
  const auto end = at + word.size();
  return end == text.size() || !is_letter(text[end]);
}

/// The last sentence or two: what was at work earlier may be done by now.
std::string end_of(std::string_view said) {
  said = trim(said);
  constexpr std::size_t reach = 160;
  return repair_utf8(said.size() > reach ? said.substr(said.size() - reach) : said);
}

}  // namespace

std::string in_first_person(std::string_view about_you) {
  std::string out;
  for (std::size_t at = 0; at < about_you.size();) {
    const auto* found = static_cast<const std::pair<std::string_view, std::string_view>*>(nullptr);
    for (const auto& each : first_person)
      if (stands_at(about_you, at, each.first)) {
        found = &each;
        break;
      }
    if (!found) {
      out += about_you[at++];
      continue;
    }
    auto word = std::string(found->second);
    if (std::isupper(static_cast<unsigned char>(about_you[at]))) word[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(word[0])));
    out += word;
    at += found->first.size();
  }
  return out;
}

std::optional<double> asks_to_wait(std::string_view said) {
  static const Regex at_work(
      R"((?i)\b(please wait|(one|a|just a) (moment|second|minute)|hold on|bear with me|(still )?(processing|loading|working on|looking (it|that|this|into)|checking))\b)");
  static const Regex estimate(R"((?i)(\d+)\s*(seconds?|minutes?)\b)");
  const auto end = end_of(said);
  const auto last = end.find_last_not_of(" \t\r\n");
  if (!at_work.matches(end) || (last != std::string_view::npos && end[last] == '?')) return std::nullopt;
  const auto told = estimate.search(end);
  if (!told) return usual_wait;
  const double number = std::strtod(told->groups[1].c_str(), nullptr);
  return number * (lower(told->groups[2]).starts_with("minute") ? 60 : 1) * longer;
}

KeylessPersona::KeylessPersona(AgentUserOptions options, const SimulatorContext& context) : options_(std::move(options)) {
  if (!options_.send_as_text) voice_.emplace(context);
}

Task<std::optional<UserResponse>> KeylessPersona::get_response(UserRequest request) {
  static const Regex goodbye(R"((?i)\b(good ?bye|bye|have a (nice|good|great) (day|evening|one))\b)");
  if (spoken_ >= options_.max_turns) co_return std::nullopt;
  if (spoken_ > 0 && goodbye.matches(end_of(request.text))) co_return std::nullopt;
  const auto wait = options_.enable_wait_tool && request.may_wait && spoken_ > 0 ? asks_to_wait(request.text) : std::nullopt;
  if (wait) co_return UserResponse::wait(std::chrono::duration<double>(bounded_wait(*wait)).count());
  if (request.may_go_on && request.may_wait && options_.enable_wait_tool) co_return UserResponse::wait(2);  // it draws breath
  UserResponse response{.text = words(request.text)};
  ++spoken_;
  if (voice_) response.speech = co_await voice_->speak(*response.text);
  co_return response;
}

std::string KeylessPersona::words(std::string_view said) {
  static const std::array<std::string, 3> more{"Could you tell me more about that?", "All right. What would you suggest?", "I see. And what happens next?"};
  if (spoken_ == 0) return in_first_person(options_.persona.intent);
  if (!introduced_ && trim(said).ends_with('?')) {
    introduced_ = true;
    return in_first_person(options_.persona.background_context);
  }
  return more[static_cast<std::size_t>(spoken_) % more.size()];
}

}  // namespace antiphon::gym
