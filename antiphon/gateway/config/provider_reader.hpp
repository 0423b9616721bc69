#pragma once

#include "antiphon/base/document_reader.hpp"
#include "antiphon/gateway/config/gateway_config.hpp"

namespace antiphon::gateway {

/// `providers:` of a configuration. Mistakes go to `reader`.
ProviderConfig read_providers(DocumentReader& reader, const Node& node);

}  // namespace antiphon::gateway
