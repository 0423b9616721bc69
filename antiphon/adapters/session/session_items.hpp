#pragma once

#include <vector>

#include "antiphon/chat/history.hpp"
#include "antiphon/session/items.hpp"

namespace antiphon {

/// The items of a turn as chat messages: what was said, tool calls (those in a row in one message), their outputs. Hand-offs and what has no words are none.
std::vector<Message> messages_of(const session::SessionItems& items);

/// The other way round, without ids and times. Instructions to models are left out.
session::SessionItems items_of(const History& messages);

}  // namespace antiphon
