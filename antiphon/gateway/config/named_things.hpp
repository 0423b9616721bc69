#pragma once

#include "antiphon/base/document_reader.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/gateway/config/gateway_config.hpp"

namespace antiphon::gateway {

/// What is wrong with a configuration that names no model, where no key chooses one either.
Error nobody_answers();

/// Looks at what a configuration names: files, the SQL of tools, programs, the locale, models, recognisers and voices. What is wrong goes to `reader` with the
/// place of the entry that names it, and mistakes inside of a file with their places there; what is only not as it was asked for to the notices of `config`.
/// @param root of the configuration, null where there is none
void check_named_things(DocumentReader& reader, const Node& root, GatewayConfig& config, const KnownProviders& known);

}  // namespace antiphon::gateway
