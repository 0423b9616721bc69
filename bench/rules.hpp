#pragma once

#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include <stdlib.h>
#include <unistd.h>

namespace antiphon::bench {

/// Rules for the user and the judge of `rehearsal`, 200 ms an answer, in a file that lives as long as this.
class RulesFile {
 public:
  RulesFile() {
    char path[] = "/tmp/antiphon-bench-XXXXXX.rules.yaml";
    const int file = mkstemps(path, 11);
    if (file < 0) throw std::runtime_error("cannot make a file in /tmp");
    close(file);
    std::ofstream(path) << text;
    path_ = path;
  }
  ~RulesFile() { std::remove(path_.c_str()); }
  RulesFile(const RulesFile&) = delete;
  RulesFile& operator=(const RulesFile&) = delete;

  const std::string& path() const { return path_; }

 private:
  static constexpr std::string_view text =
      "rules:\n"
      "  - {when: {offers_tool: finish_test}, latency: 200ms, criteria: {default: passed}}\n"
      "  - {when: {offers_tool: continue_test}, latency: 200ms, tool_calls: [{name: continue_test}]}\n"
      "  - {when: {role: user}, latency: 200ms, reply: [\"where is it? order A-1007\", \"and when will it be here?\", \"ok, and who brings it?\"]}\n";

  std::string path_;
};

}  // namespace antiphon::bench
