#pragma once

#include <memory>
#include <string>

#include "antiphon/providers/llm/wire/endpoint.hpp"
#include "antiphon/providers/llm/wire/wire.hpp"

namespace antiphon::openai {

/// Where chat completions of a deployment are: below `/openai/v1`, or, where a version of the API is named (`?api-version=` in the address,
/// else `version`), below the deployment.
/// @param base_url `https://NAME.openai.azure.com`, with or without `/openai/v1` or `/openai/deployments/NAME`
std::string azure_url(const std::string& base_url, const std::string& deployment, const std::string& version);

/// OpenAI's chat API as Azure serves it: addresses of its own, and the key in `api-key`. AZURE_OPENAI_API_VERSION or OPENAI_API_VERSION may
/// name a version.
std::unique_ptr<wire::Wire> azure_wire(const wire::Endpoint& endpoint, const ModelSettings& settings);

}  // namespace antiphon::openai
