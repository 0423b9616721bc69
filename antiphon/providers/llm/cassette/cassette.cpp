#include "antiphon/providers/llm/cassette/cassette.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "antiphon/base/files.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/providers/llm/cassette/cassette_file.hpp"
#include "antiphon/providers/llm/cassette/difference.hpp"
#include "antiphon/providers/llm/cassette/line_writer.hpp"
#include "antiphon/providers/llm/cassette/shared_request.hpp"

namespace antiphon {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view remedy = "record it anew with --update-cassettes";
std::string name_of(const AskedCall& asked) {
  return asked.kind == "llm" ? fmt::format("the {}'s call in turn {}", asked.role, asked.turn) : fmt::format("a call for {}s", asked.kind);
}

// Keys were made of the whole text, and of one in which a line that began with a date kept it.
RecordedCall of_first_version(RecordedCall call) {
  auto request = request_from(call.request);
  for (auto& message : request.messages) {
    const RunMarks marks{.dates = message->starts_with(R"({"role":"system")"), .times = is_told_times(call.role)};
    message = std::make_shared<const std::string>(without_run_marks(*message, {}, marks));
  }
  call.key = key_of(call.kind, call.role, request).text();
  call.request = request.text();
  return call;
}

std::size_t common_start(std::string_view a, std::string_view b) {
  return static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
}

}  // namespace

std::string_view to_string(CassetteMode mode) {
  switch (mode) {
    case CassetteMode::off: return "off";
    case CassetteMode::record: return "record";
    case CassetteMode::replay: return "replay";
    case CassetteMode::automatic: return "auto";
  }
  return "off";
}

std::optional<CassetteMode> cassette_mode_from(std::string_view name) {
  for (const auto mode : {CassetteMode::off, CassetteMode::record, CassetteMode::replay, CassetteMode::automatic})
    if (to_string(mode) == name) return mode;
  return std::nullopt;
}

std::string cassette_path(const std::string& suite_file, std::string_view scenario_id) {
  const fs::path suite(suite_file);
  const auto hash = sha256_hex(fmt::format("{}\n{}", suite.filename().string(), scenario_id)).substr(0, 8);
  return (suite.parent_path() / "cassettes" / suite.stem() / fmt::format("{}-{}.jsonl", file_name_of(scenario_id), hash)).lexically_normal().string();
}

Cassette::Cassette(CassetteOptions options) : options_(std::move(options)) {
  if (options_.mode == CassetteMode::off) return;
  if (options_.mode == CassetteMode::record) require_writable(options_.path);
  if (options_.mode != CassetteMode::record || options_.attempt != 1) read();
}

void Cassette::refuse(std::size_t line, const Error& error) const {
  throw Error(ErrorKind::configuration, fmt::format("{}:{}: {}", options_.path, line, error.message()))
      .with_party(Party::harness)
      .with_hint(std::string(remedy));
}

void Cassette::read() {
  try {
    text_ = read_file(options_.path);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::not_found) return;
    throw Error(ErrorKind::configuration, fmt::format("the cassette cannot be read: {}", error.message()))
        .with_party(Party::harness)
        .with_hint("the cassette must be a file that can be read");
  }
  if (text_.empty()) refuse(1, Error(ErrorKind::protocol, "the cassette is empty"));
  std::size_t number = 0;
  for (std::size_t begin = 0; begin < text_.size();) {
    const auto end = std::min(text_.find('\n', begin), text_.size());
    const auto line = std::string_view(text_).substr(begin, end - begin);
    begin = end + 1;
    try {
      read_line(line, ++number);
    } catch (const Error& error) {
      refuse(number, error);
    }
  }
}

void Cassette::read_line(std::string_view line, std::size_t number) {
  if (number == 1) {
    header_ = decode_header(line);
    return;
  }
  auto call = decode_call(line);
  if (header_->version == 1) call = of_first_version(std::move(call));
  if (const auto base = builds_on(call.request); !base.empty() && !first_with_key_.contains(std::string(base)))
    throw Error(ErrorKind::protocol, fmt::format("the line builds on the call {}, which does not stand before it", quote(cut(base, 40))));
  // A further attempt of a run that records replaces what came from it and later ones.
  if (options_.mode == CassetteMode::record && call.attempt >= options_.attempt) return;
  kept_.append(line).append(1, '\n');
  first_with_key_.emplace(call.key, lines_.size());
  if (call.attempt == options_.attempt) takes_[call.key].lines.push_back(lines_.size());
  lines_.push_back({std::move(call), number});
}

const std::vector<CallRequest>& Cassette::requests() {
  const auto earlier = [this](std::string_view key) -> const CallRequest* {
    const auto it = first_with_key_.find(std::string(key));
    return it == first_with_key_.end() || it->second >= requests_.size() ? nullptr : &requests_[it->second];
  };
  requests_.reserve(lines_.size());
  while (requests_.size() < lines_.size()) {
    const auto& line = lines_[requests_.size()];
    try {
      requests_.push_back(expand(line.call.request, earlier));
    } catch (const Error& error) {
      refuse(line.number, error);
    }
  }
  return requests_;
}

std::optional<RecordedCall> Cassette::take(const AskedCall& asked) {
  if (options_.mode == CassetteMode::record || options_.mode == CassetteMode::off) return std::nullopt;
  const auto it = takes_.find(asked.key);
  if (it != takes_.end() && it->second.taken < it->second.lines.size()) {
    auto& call = lines_[it->second.lines[it->second.taken++]].call;
    if (records()) return call;
    // Nobody takes a line twice; what it was asked stays, for misses.
    RecordedCall taken{.role = call.role, .turn = call.turn, .attempt = call.attempt, .latency = call.latency};
    taken.answer = std::move(call.answer), taken.failure = std::move(call.failure);
    return taken;
  }
  if (options_.mode == CassetteMode::automatic) return std::nullopt;
  throw miss(asked, it == takes_.end() ? 0 : it->second.lines.size());
}

std::string Cassette::nearest(const AskedCall& asked) {
  const auto call = name_of(asked);
  const auto now = asked.request.text();
  std::optional<std::size_t> best;
  std::string recorded;
  std::size_t most = 0;
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const auto& candidate = lines_[i].call;
    if (candidate.kind != asked.kind || candidate.role != asked.role) continue;
    auto text = requests()[i].text();
    const auto shared = common_start(text, now);
    const bool closer = best && shared == most && std::abs(candidate.turn - asked.turn) < std::abs(lines_[*best].call.turn - asked.turn);
    if (!best || shared > most || closer) best = i, most = shared, recorded = std::move(text);
  }
  if (!best || lines_[*best].call.key == asked.key)
    return fmt::format("{} is not on its cassette {}, which has no call like it in attempt {} of the run", call, options_.path, options_.attempt);
  return fmt::format("{} is not on its cassette; nearest is {}:{} (turn {}), where {}", call, options_.path, lines_[*best].number, lines_[*best].call.turn,
                     call_difference(recorded, now, asked.role));
}

Error Cassette::miss(const AskedCall& asked, std::size_t recorded_as_often) {
  std::string what;
  if (!header_)
    what = fmt::format("{} is on no cassette: there is no {}", name_of(asked), options_.path);
  else if (recorded_as_often > 0)
    what = fmt::format("{} is made once more than the {} it was recorded in {}", name_of(asked),
                       recorded_as_often == 1 ? "one time" : fmt::format("{} times", recorded_as_often), options_.path);
  else
    what = nearest(asked);
  return Error(ErrorKind::configuration, std::move(what)).with_party(Party::harness).with_hint(std::string(remedy));
}

std::size_t Cassette::reserve(const AskedCall& asked) {
  if (fresh_.empty() && options_.mode == CassetteMode::automatic) require_writable(options_.path);
  fresh_.push_back({.request = asked.request});
  return fresh_.size() - 1;
}

void Cassette::keep(std::size_t place, RecordedCall call) {
  if (options_.mode == CassetteMode::automatic && (call.failure || call.unanswered())) return;
  call.attempt = options_.attempt;
  fresh_[place].call = std::move(call);
}

// What they recorded of our own calls is as good as ours.
void Cassette::add_to_what_others_added() {
  Cassette now(options_);
  if (now.text_ == text_) return;
  std::unordered_map<std::string, std::size_t> more;
  for (const auto& [key, takes] : now.takes_) {
    const auto before = takes_.find(key);
    const auto had = before == takes_.end() ? 0 : before->second.lines.size();
    more[key] = takes.lines.size() - std::min(takes.lines.size(), had);
  }
  for (auto& fresh : fresh_)
    if (auto& left = more[fresh.call ? fresh.call->key : std::string()]; left > 0) fresh.call.reset(), --left;
  text_ = std::move(now.text_), kept_ = std::move(now.kept_), header_ = now.header_, lines_ = std::move(now.lines_);
  first_with_key_ = std::move(now.first_with_key_), requests_.clear();
}

std::string Cassette::encoded(std::uint64_t seed) {
  auto header = header_.value_or(CassetteHeader{.scenario = options_.scenario_id, .seed = seed});
  const bool upgrade = std::exchange(header.version, CassetteHeader{}.version) != CassetteHeader{}.version;
  auto text = encode(header) + "\n" + (upgrade ? std::string() : kept_);
  LineWriter writer;
  // Lines of an attempt build on none of another's: these may be replaced.
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    if (upgrade)
      text += writer.write(lines_[i].call, requests()[i]);
    else if (lines_[i].call.attempt == options_.attempt)
      writer.know(lines_[i].call, requests()[i]);
  }
  for (auto& fresh : fresh_)
    if (fresh.call) text += writer.write(*fresh.call, fresh.request);
  return text;
}

void Cassette::save(std::uint64_t seed) {
  const auto nothing = [this] { return std::none_of(fresh_.begin(), fresh_.end(), [](const auto& fresh) { return fresh.call.has_value(); }); };
  if (!records() || nothing()) return;
  try {
    make_folder_of(options_.path);
    if (options_.mode != CassetteMode::automatic) {
      write_file_atomically(options_.path, encoded(seed));
      return;
    }
    const FolderLock others(options_.path);
    add_to_what_others_added();
    if (!nothing()) write_file_atomically(options_.path, encoded(seed));
  } catch (const Error& error) {
    throw not_recorded(error);
  }
}

}  // namespace antiphon
