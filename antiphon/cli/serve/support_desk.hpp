#pragma once

#include <span>
#include <string>

#include "antiphon/cli/init_files.hpp"

namespace antiphon::cli {

/// The files of examples/support, embedded at build time: what `antiphon serve` runs where nobody names a configuration, and what
/// `antiphon init --gateway` writes.
std::span<const EmbeddedFile> support_desk_files();

/// The example in a folder of its own, which goes with this object: its tools keep databases beside it.
class SupportDesk {
 public:
  /// @throws Error io.
  SupportDesk();
  ~SupportDesk();
  SupportDesk(const SupportDesk&) = delete;
  SupportDesk& operator=(const SupportDesk&) = delete;

  std::string file() const { return folder_ + "/gateway.yaml"; }

 private:
  std::string folder_;
};

}  // namespace antiphon::cli
