#pragma once

#include <memory>

#include "antiphon/gateway/knowledge/knowledge_base.hpp"
#include "antiphon/gateway/tools/tool.hpp"

namespace antiphon::gateway {

/// What the caller hears when the knowledge base fails, unless something else is said.
inline constexpr std::string_view knowledge_fallback = "I cannot look that up with confidence right now. Would you like to speak to a specialist about it?";

/// The tool `knowledge_base` (argument `query`) on top of a knowledge base: `{"answer", "confidence", "sources"}`; without an answer also a note
/// that the model must not make one up. Idempotent.
/// @param name empty: `knowledge_base`; `description` empty: one that says what it is for
std::shared_ptr<ToolProvider> knowledge_tool(std::shared_ptr<KnowledgeBase> base, std::string name = {}, std::string description = {}, ToolRules rules = {});

json::object to_json(const KnowledgeAnswer& answer);

}  // namespace antiphon::gateway
