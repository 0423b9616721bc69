#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace antiphon {

namespace asio = boost::asio;

/// A lazy coroutine on an executor: nothing runs before it is awaited or spawned.
///
/// Parameters that may outlive the caller are taken by value. A capturing lambda may only be a coroutine when its closure lives longer
/// than the coroutine.
template <class T = void>
using Task = asio::awaitable<T>;

inline constexpr asio::use_awaitable_t<> use_task{};

}  // namespace antiphon
