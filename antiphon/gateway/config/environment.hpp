#pragma once

#include <set>
#include <string>

#include "antiphon/base/document_reader.hpp"
#include "antiphon/gateway/config/gateway_config.hpp"

namespace antiphon::gateway {

/// Puts the variables of the environment over what the file said, and keys where it named no provider (GTW-1). Mistakes go to `reader`.
/// @param named which of `asr`, `llm` and `tts` the file names: that beats keys
void apply_environment(DocumentReader& reader, const Variables& variables, const std::set<std::string>& named, GatewayConfig& config);

}  // namespace antiphon::gateway
