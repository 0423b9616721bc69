#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>

#include <agent_session.pb.h>

#include "antiphon/session/items.hpp"

/// Between the protocol's generated types and ours. No socket, no clock. Texts that are not UTF-8 are repaired: the far side would refuse all of the message.
namespace antiphon::session {

/// The message in a frame. @throws Error protocol where there is none.
wire::AgentSessionMessage decode(std::string_view payload);
std::string encode(const wire::AgentSessionMessage& message);

std::string wire_text(std::string_view text);

void to_wire(const SessionItem& item, wire::ChatContext::ChatItem& out);
/// nullopt for one that this version does not know.
std::optional<SessionItem> from_wire(const wire::ChatContext::ChatItem& item);
template <class Items, class Out>
  requires std::same_as<typename Items::value_type, SessionItem>
void to_wire(const Items& items, Out& out) {
  for (const auto& item : items) to_wire(item, *out.Add());
}
template <class In>
SessionItems items_from_wire(const In& in) {
  SessionItems items;
  for (const auto& item : in)
    if (auto known = from_wire(item)) items.push_back(std::move(*known));
  return items;
}

/// OtherEvent becomes nothing.
void to_wire(const SessionEvent& event, wire::AgentSessionEvent& out);
SessionEvent from_wire(const wire::AgentSessionEvent& event);

void to_wire(const SessionAudio& audio, wire::AgentSessionMessage::ConsoleIO::AudioFrame& out);
/// @throws Error protocol: no rate, no channel, or bytes that are no whole samples of all channels.
SessionAudio from_wire(const wire::AgentSessionMessage::ConsoleIO::AudioFrame& frame);

wire::AgentState to_wire(AgentState state);
AgentState from_wire(wire::AgentState state);
wire::UserState to_wire(UserState state);
UserState from_wire(wire::UserState state);

void to_wire(const IoChange& change, wire::SessionRequest::UpdateIO& out);
IoChange from_wire(const wire::SessionRequest::UpdateIO& update);

void to_wire(const std::vector<ModelUsage>& usage, wire::AgentSessionUsage& out);
std::vector<ModelUsage> from_wire(const wire::AgentSessionUsage& usage);

google::protobuf::Timestamp to_wire(WallTime time);
WallTime from_wire(const google::protobuf::Timestamp& time);

/// The protocol's JSON with its own field names. Empty where a message holds what JSON cannot say.
json::object json_of(const google::protobuf::Message& message);

}  // namespace antiphon::session
