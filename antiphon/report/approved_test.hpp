#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/result/result.hpp"
#include "tests/source_file.hpp"

namespace antiphon {

inline BatchResult sample_batch() { return parse_batch(read_file(source_file("tests/data/result.sample.json"))); }

/// Escape sequences and returns as text, so that approved files can be read.
inline std::string visible(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\x1b')
      out += "\\e";
    else if (c == '\r')
      out += "\\r";
    else
      out += c;
  }
  return out;
}

/// Compares with tests/approved/NAME; with ANTIPHON_UPDATE_APPROVED=1 in the environment writes it instead.
inline void expect_approved(const std::string& name, const std::string& text) {
  const auto path = source_file("tests/approved/" + name);
  const char* update = std::getenv("ANTIPHON_UPDATE_APPROVED");
  if (update && std::string_view(update) == "1") {
    std::filesystem::create_directories(source_file("tests/approved"));
    write_file_atomically(path, text);
  }
  std::string approved;
  try {
    approved = read_file(path);
  } catch (const Error& error) {
    ADD_FAILURE() << error.what();
  }
  EXPECT_EQ(text, approved) << "if the new output is right: ANTIPHON_UPDATE_APPROVED=1 ctest -R LooksAsApproved";
}

}  // namespace antiphon
