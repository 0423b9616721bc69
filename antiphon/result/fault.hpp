#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/base/json.hpp"
#include "antiphon/base/party.hpp"

namespace antiphon {

/// One piece of what an attribution rests on.
struct FaultEvidence {
  std::optional<int> message{};  ///< index into the run's messages
  std::string quote{};           ///< words of that message, or what stood where else
  std::optional<int> check{};    ///< index into the run's checks
  std::string criterion{};       ///< sentence of the criterion
};

/// Whose fault it was that a run did not pass (SCN-100).
struct Fault {
  enum class By { rule, audit };

  Party party = Party::harness;
  By by = By::rule;
  std::string rule{};  ///< name of the rule that decided (docs/results.md lists them); empty for audits
  std::string why{};
  std::vector<FaultEvidence> evidence{};
  bool certain = true;  ///< false where the rule is only the likeliest reading, so that somebody may read it otherwise
};

std::string_view to_string(Fault::By by);
json::object to_json(const Fault& fault);

}  // namespace antiphon
