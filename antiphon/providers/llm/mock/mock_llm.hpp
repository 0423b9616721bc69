#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "antiphon/base/clock.hpp"
#include "antiphon/net/http.hpp"
#include "antiphon/providers/llm/rules/rules_file.hpp"

namespace antiphon::mock {

struct MockLlmOptions {
  std::shared_ptr<const rules::RulesFile> rules;  ///< never null
  std::string api_key;                            ///< wanted as bearer; empty: anything goes
  std::uint64_t seed = 0;
};

/// Serves a rules file over OpenAI's API (SCN-83): POST /v1/chat/completions (also without /v1), plain and streamed, GET /v1/models,
/// GET /health. The same request gets the same words for one seed, whatever else is asked; latencies are drawn one after another.
///
/// For one executor, as the server is. `clock` outlives the handler.
net::HttpHandler make_mock_llm(MockLlmOptions options, Clock& clock);

}  // namespace antiphon::mock
