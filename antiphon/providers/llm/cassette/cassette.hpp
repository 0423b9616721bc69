#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "antiphon/providers/llm/cassette/call_request.hpp"
#include "antiphon/providers/llm/cassette/call_text.hpp"
#include "antiphon/providers/llm/cassette/cassette_line.hpp"

namespace antiphon {

enum class CassetteMode {
  off,
  record,     ///< everything anew
  replay,     ///< nothing but what was recorded
  automatic,  ///< what was recorded; the rest is asked and added, but for failures, which may have passed the next time
};
std::string_view to_string(CassetteMode mode);
/// `off`, `record`, `replay`, `auto`.
std::optional<CassetteMode> cassette_mode_from(std::string_view name);

struct CassetteOptions {
  std::string path;
  CassetteMode mode = CassetteMode::off;
  std::string scenario_id;
  int attempt = 1;  ///< of the run: each has its own calls
};

/// The recorded calls of one scenario, in one file of JSON lines. Belongs to one run.
class Cassette {
 public:
  /// Reads the file, where there is one and it is needed. @throws Error configuration, party harness, naming the line and what to do.
  explicit Cassette(CassetteOptions options);

  /// The seed of the recorded run.
  std::optional<std::uint64_t> seed() const { return header_ ? std::optional(header_->seed) : std::nullopt; }
  const Secrets& secrets() const { return secrets_; }
  Secrets& secrets() { return secrets_; }
  CassetteMode mode() const { return options_.mode; }
  bool records() const { return options_.mode != CassetteMode::replay; }

  /// The next answer that was recorded for such a call, in recorded order; nullopt where there is none and it is to be asked.
  /// @throws Error configuration, party harness, for a call that is missing in `replay`: nearest call, difference, what to do.
  std::optional<RecordedCall> take(const AskedCall& asked);
  /// Keeps a place for a call that is asked now: calls stand in the order in which they were asked. @return the place
  /// @throws Error io, party harness, before anything is asked that could not be kept: the file cannot be written.
  std::size_t reserve(const AskedCall& asked);
  void keep(std::size_t place, RecordedCall call);

  /// Writes what was recorded, as a whole; nothing where nothing was. What another process added meanwhile with `auto` stays; what it recorded
  /// anew is replaced. @throws Error io, party harness.
  void save(std::uint64_t seed);

 private:
  struct Line {
    RecordedCall call;
    std::size_t number;  // in the file
  };
  struct Fresh {
    CallRequest request;
    std::optional<RecordedCall> call{};
  };
  struct Takes {
    std::vector<std::size_t> lines;
    std::size_t taken = 0;
  };

  void read();
  void read_line(std::string_view line, std::size_t number);
  [[noreturn]] void refuse(std::size_t line, const Error& error) const;
  const std::vector<CallRequest>& requests();
  Error miss(const AskedCall& asked, std::size_t recorded_as_often);
  std::string nearest(const AskedCall& asked);
  void add_to_what_others_added();
  std::string encoded(std::uint64_t seed);

  CassetteOptions options_;
  Secrets secrets_ = Secrets::of_environment();
  std::string text_;  // of the file as it was read
  std::string kept_;  // the lines that go on standing in it
  std::optional<CassetteHeader> header_;
  std::vector<Line> lines_;
  std::unordered_map<std::string, std::size_t> first_with_key_;
  std::vector<CallRequest> requests_;  // of `lines_`, put together when somebody needs them
  std::unordered_map<std::string, Takes> takes_;
  std::vector<Fresh> fresh_;
};

/// `FOLDER/cassettes/STEM/NAME-HASH.jsonl`: a name that people recognise and that is safe in every file system; the hash tells ids apart that
/// would otherwise share one. @param suite_file its folder is FOLDER, its name without ending STEM; empty: the working directory, and no STEM.
std::string cassette_path(const std::string& suite_file, std::string_view scenario_id);

}  // namespace antiphon
