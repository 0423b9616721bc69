#pragma once

#include "antiphon/cli/environment.hpp"
#include "antiphon/suite/context.hpp"

namespace antiphon::cli {

/// Gateways that suites call in this process (`antiphon: {config: FILE}`). What they share is opened once. @param environment outlives it
suite::OpenGateway local_gateways(const Environment& environment);

}  // namespace antiphon::cli
