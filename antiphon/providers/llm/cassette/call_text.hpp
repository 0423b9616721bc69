#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/base/json.hpp"

namespace antiphon {

/// What must never stand in a file that is committed: values of key variables (`…_KEY`, `…_TOKEN`, `…_SECRET`, `…_PASSWORD`) and the keys of
/// settings, from eight bytes on, bearer tokens, and members that are called authorization, key, token and the like.
class Secrets {
 public:
  /// Those of this process's environment.
  static Secrets of_environment();
  void add(std::string_view value);
  std::size_t size() const { return values_.size(); }
  /// `text` with every secret replaced by `***`.
  std::string hidden(std::string text) const;
  /// The same for all strings of a value, and for members with telling names.
  json::value hidden(const json::value& value) const;

 private:
  std::vector<std::string> values_;
};

/// What else differs from run to run in some texts.
struct RunMarks {
  bool dates = false;  ///< plain dates (2026-11-25): in system prompts, where they say what day it is
  bool times = false;  ///< how long something took (+1.25s, 31.0 ms): in the digests that judges are shown
};
/// Whether requests of that role hold measured times, which no two runs in real time share: judges and auditors are shown them.
bool is_told_times(std::string_view role);
/// Replaces what differs from run to run in a text or its JSON.
std::string without_run_marks(std::string_view text, std::string_view thread_id, RunMarks marks = {});

/// SHA-256, as 64 hexadecimal digits.
std::string sha256_hex(std::string_view bytes);
/// The first bytes of the SHA-256 of `a` followed by `b`. @param out at most 32
void sha256_into(std::span<unsigned char> out, std::string_view a, std::string_view b = {});
std::string hex_text(std::span<const unsigned char> bytes);

}  // namespace antiphon
