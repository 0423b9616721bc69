#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "antiphon/providers/llm/cassette/call_request.hpp"

namespace antiphon {

/// A request as a line of a cassette holds it: whole, or, where that is shorter, as what differs from an earlier line's:
///
///     {"like":"KEY","messages":{"first":3,"then":[MESSAGE,…]}}
///
/// KEY names the earlier line. What the request is beside its messages stands before `messages` where it differs, and is else the same. `first` says how
/// many of the earlier messages begin it, `then` what follows. A message whose text only grew is `{"of":2,"text":["new",[1,7],"new"]}`: message 2 of
/// the earlier line (from 0), with its text made of new pieces and of lines 1 to 7 of the old text (from 1).
std::string compact_text(const CallRequest& request, const CallRequest& earlier, std::string_view earlier_key);

/// Roughly how many bytes two requests have in common.
std::size_t shared_bytes(const CallRequest& request, const CallRequest& earlier);

/// The key of the line that a request builds on, empty where it is whole.
std::string_view builds_on(std::string_view text);

/// What `compact_text` or `CallRequest::text` wrote. @param earlier finds a request by its key, nullptr where there is none
/// @throws Error protocol, saying what is wrong.
CallRequest expand(std::string_view text, const std::function<const CallRequest*(std::string_view)>& earlier);

}  // namespace antiphon
