#include "antiphon/providers/llm/cassette/cassette.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>

#include "antiphon/base/files.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/providers/llm/cassette/difference.hpp"

namespace antiphon {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view remedy = "record it anew with --update-cassettes";
constexpr std::size_t longest_name = 60;

std::string safe_name(std::string_view id) {
  std::string name;
  for (const char c : id) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (plain)
      name += c;
    else if (!name.empty() && name.back() != '-')
      name += '-';
    if (name.size() == longest_name) break;
  }
  while (name.ends_with('-')) name.pop_back();
  return name.empty() ? "scenario" : name;
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

std::string AskedCall::key() const { return sha256_hex(fmt::format("{}\n{}\n{}", kind, role, request)).substr(0, 32); }

std::string cassette_path(const std::string& suite_file, std::string_view scenario_id) {
  const fs::path suite(suite_file);
  const auto hash = sha256_hex(fmt::format("{}\n{}", suite.filename().string(), scenario_id)).substr(0, 8);
  return (suite.parent_path() / "cassettes" / suite.stem() / fmt::format("{}-{}.jsonl", safe_name(scenario_id), hash)).lexically_normal().string();
}

Cassette::Cassette(CassetteOptions options) : options_(std::move(options)) {
  const bool anew = options_.mode == CassetteMode::record && options_.attempt == 1;
  if (options_.mode != CassetteMode::off && !anew) read();
}

void Cassette::refuse(std::size_t line, const Error& error) const {
  throw Error(ErrorKind::configuration, fmt::format("{}:{}: {}", options_.path, line, error.message()))
      .with_party(Party::harness)
      .with_hint(std::string(remedy));
}

void Cassette::read() {
  std::string text;
  try {
    text = read_file(options_.path);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::not_found) return;
    throw Error(ErrorKind::configuration, error.message()).with_party(Party::harness).with_hint("the cassette must be a file that can be read");
  }
  if (text.empty()) refuse(1, Error(ErrorKind::protocol, "the cassette is empty"));
  const bool rerecords = options_.mode == CassetteMode::record;
  std::size_t number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    const auto line = std::string_view(text).substr(begin, end - begin);
    begin = end + 1;
    ++number;
    try {
      if (number == 1) {
        header_ = decode_header(line);
        continue;
      }
      auto call = decode_call(line);
      // A further attempt of a run that records replaces what came from it and later ones.
      if (rerecords && call.attempt >= options_.attempt) continue;
      kept_lines_.emplace_back(line);
      if (call.attempt == options_.attempt) by_key_[call.key].calls.push_back(recorded_.size());
      recorded_.push_back(std::move(call));
      line_of_.push_back(number);
    } catch (const Error& error) {
      refuse(number, error);
    }
  }
}

const RecordedCall* Cassette::take(const AskedCall& asked) {
  if (options_.mode == CassetteMode::record || options_.mode == CassetteMode::off) return nullptr;
  const auto it = by_key_.find(asked.key());
  if (it != by_key_.end() && it->second.taken < it->second.calls.size()) return &recorded_[it->second.calls[it->second.taken++]];
  if (options_.mode == CassetteMode::automatic) return nullptr;
  throw miss(asked, it == by_key_.end() ? 0 : it->second.calls.size());
}

Error Cassette::miss(const AskedCall& asked, std::size_t recorded_as_often) const {
  const auto call = asked.kind == "llm" ? fmt::format("the {}'s call in turn {}", asked.role, asked.turn) : fmt::format("a call for {}s", asked.kind);
  std::string what;
  if (!header_) {
    what = fmt::format("{} is on no cassette: there is no {}", call, options_.path);
  } else if (recorded_as_often > 0) {
    what = fmt::format("{} is made once more than the {} it was recorded in {}", call,
                       recorded_as_often == 1 ? "one time" : fmt::format("{} times", recorded_as_often), options_.path);
  } else {
    const RecordedCall* nearest = nullptr;
    std::size_t best = 0, line = 0;
    for (std::size_t i = 0; i < recorded_.size(); ++i) {
      const auto& candidate = recorded_[i];
      if (candidate.kind != asked.kind || candidate.role != asked.role) continue;
      const auto shared = common_start(candidate.request, asked.request);
      const bool closer = nearest && shared == best && std::abs(candidate.turn - asked.turn) < std::abs(nearest->turn - asked.turn);
      if (!nearest || shared > best || closer) nearest = &candidate, best = shared, line = line_of_[i];
    }
    what = nearest && nearest->key != asked.key()
               ? fmt::format("{} is not on its cassette; nearest is {}:{} (turn {}), where {}", call, options_.path, line, nearest->turn,
                             call_difference(nearest->request, asked.request, asked.role))
               : fmt::format("{} is not on its cassette {}, which has no call like it in attempt {} of the run", call, options_.path, options_.attempt);
  }
  return Error(ErrorKind::configuration, std::move(what)).with_party(Party::harness).with_hint(std::string(remedy));
}

std::size_t Cassette::reserve() {
  fresh_.emplace_back();
  return fresh_.size() - 1;
}

void Cassette::keep(std::size_t place, RecordedCall call) {
  if (options_.mode == CassetteMode::automatic && (call.failure || call.unanswered())) return;
  call.attempt = options_.attempt;
  fresh_[place] = std::move(call);
}

void Cassette::save(std::uint64_t seed) {
  if (!records() || std::none_of(fresh_.begin(), fresh_.end(), [](const auto& call) { return call.has_value(); })) return;
  auto text = encode(header_ ? *header_ : CassetteHeader{options_.scenario_id, seed}) + "\n";
  for (const auto& line : kept_lines_) text += line + "\n";
  for (const auto& call : fresh_)
    if (call) text += encode(*call) + "\n";
  try {
    std::error_code ignored;  // what cannot be made shows when the file is written
    if (const auto folder = fs::path(options_.path).parent_path(); !folder.empty()) fs::create_directories(folder, ignored);
    write_file_atomically(options_.path, text);
  } catch (const Error& error) {
    throw Error(ErrorKind::io, fmt::format("the cassette was not recorded: {}", error.message()))
        .with_party(Party::harness)
        .with_hint("what was there before is unchanged; make room or allow writing, and record again");
  }
}

}  // namespace antiphon
