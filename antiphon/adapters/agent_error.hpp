#pragma once

#include <utility>

#include "antiphon/base/error.hpp"
#include "antiphon/base/task.hpp"
#include "antiphon/net/http.hpp"

namespace antiphon {

/// Whose an error on the way to an agent is (contracts.md §1): no connection is the transport's, a setting of ours the harness's, everything else the agent's.
Party party_of(const Error& error);
/// The error with that party.
Error agent_error(const Error& error);

/// @throws Error for a status of 300 or more: the status, the address without its query, and what the body says or where it points.
void require_success(const net::HttpReply& reply, const std::string& url);

/// An address as it may be shown: without user, password and query.
std::string shown_url(const std::string& url);

/// Awaits `work`; its errors leave with the party of an agent's.
template <class T>
Task<T> as_agent(Task<T> work) {
  std::optional<Error> failure;
  try {
    co_return co_await std::move(work);
  } catch (const Error& error) {
    failure = agent_error(error);
  }
  throw std::move(*failure);
}

}  // namespace antiphon
