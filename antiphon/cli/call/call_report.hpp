#pragma once

#include <string>

#include "antiphon/base/json.hpp"
#include "antiphon/gateway/client/placed_call.hpp"

namespace antiphon::cli {

/// What is known of a call beside its report.
struct CallFacts {
  std::string url;  ///< as it was given, without its query: it may hold a signature
  Duration connected{0};
  std::string answer_source = "events";  ///< or `recognised`
  std::string recording{};
};

/// `antiphon.call/1` (contracts.md §11).
json::object call_json(const gateway::CallReport& report, const CallFacts& facts);
/// The last lines for people: how it ended, and how many were answered how fast. @param planned how many turns were to be said
std::string call_summary(const gateway::CallReport& report, std::size_t planned);

}  // namespace antiphon::cli
