#pragma once

#include <optional>
#include <string>

#include "antiphon/cli/environment.hpp"
#include "antiphon/cli/serve/support_desk.hpp"
#include "antiphon/gateway/config/gateway_config.hpp"

namespace antiphon::cli {

/// The gateway that a command line names, or, without a name, the example desk.
class ConfiguredGateway {
 public:
  /// @param environment outlives it. @throws Error usage where two are named
  ConfiguredGateway(const Environment& environment, const std::string& file, const std::string& config);

  bool is_the_example() const { return desk_.has_value(); }
  const gateway::Variables& variables() const { return variables_; }
  /// As it is now, with all that it names. @throws Problems
  gateway::GatewayConfig read(bool with_certificates = true) const {
    return gateway::read_gateway_config(
        file_, variables_, {.models = ModelRegistry::with_defaults(), .speech = SpeechRegistry::with_defaults(), .certificates = with_certificates});
  }
  /// For people.
  std::string name() const;

 private:
  std::string named_;
  std::optional<SupportDesk> desk_;
  std::string file_;
  gateway::Variables variables_;
};

}  // namespace antiphon::cli
