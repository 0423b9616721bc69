#pragma once

#include <string>
#include <vector>

#include "antiphon/chat/message.hpp"
#include "antiphon/gateway/session_state.hpp"

namespace antiphon::gateway {

struct PromptSettings {
  std::string instructions{};  ///< who the agent is and what it does, by whoever runs the gateway
  int sentences = 2;           ///< of an answer; 0: any number
};

/// What the model is told before the conversation. The first message is the same in every turn and every call of a locale, so that vendors may cache it; the
/// second is about this call: never more of the caller than whether the PIN was right.
std::vector<Message> make_prompt(const PromptSettings& settings, const SessionState& session);

/// The names of the tools that every dialogue has of its own.
inline constexpr std::string_view end_call_tool = "end_call", escalate_tool = "transfer_to_person";

}  // namespace antiphon::gateway
