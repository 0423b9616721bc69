#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "antiphon/audio/file.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/text.hpp"

/// Speech of a person with its transcripts, from the package pocketsphinx-testdata, for tests and benchmarks.
namespace antiphon::stt::testing {

struct Utterance {
  std::string text;
  audio::Samples samples;
};

/// Empty where the package is not installed.
inline std::vector<Utterance> librivox() {
  const std::string folder = "/usr/share/pocketsphinx/test/data/librivox";
  std::vector<Utterance> all;
  if (!std::filesystem::exists(folder + "/transcription")) return all;
  for (const auto& line : split(read_file(folder + "/transcription"), '\n')) {
    const auto open = line.rfind('('), close = line.rfind(')');
    if (open == std::string::npos || close == std::string::npos) continue;
    auto text = line.substr(0, open);
    for (const auto* mark : {"<s>", "</s>"})
      if (const auto at = text.find(mark); at != std::string::npos) text.erase(at, std::string_view(mark).size());
    const auto path = folder + "/" + line.substr(open + 1, close - open - 1) + ".wav";
    if (std::filesystem::exists(path)) all.push_back({std::string(trim(text)), audio::read_audio_file(path)});
  }
  return all;
}

}  // namespace antiphon::stt::testing
