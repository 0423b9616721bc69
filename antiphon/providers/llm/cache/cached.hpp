#pragma once

#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "antiphon/base/task.hpp"
#include "antiphon/providers/llm/cache/call_cache.hpp"
#include "antiphon/providers/llm/cassette/call_text.hpp"

namespace antiphon {

/// A function whose answers are kept on disk; `cached` makes it.
template <class F>
class Cached {
 public:
  Cached(std::string key, F function, CallCache cache) : key_(std::move(key)), function_(std::move(function)), cache_(std::move(cache)) {}

  template <class... Args>
    requires std::is_invocable_v<F&, Args...>
  auto operator()(Args&&... args) -> std::decay_t<std::invoke_result_t<F&, Args...>> {
    using Result = std::decay_t<std::invoke_result_t<F&, Args...>>;
    auto arguments = json_text(json::value_from(std::tuple<std::decay_t<Args>...>(args...)));
    const auto key = sha256_hex(key_ + '\n' + arguments);
    if (const auto known = cache_.find(key))
      if (const auto* value = known->answer.if_contains("value"))
        if (auto result = json::try_value_to<Result>(*value)) return *std::move(result);
    Result result = function_(std::forward<Args>(args)...);
    (void)cache_.store({.kind = "function", .key = key, .answer = {{"value", json::value_from(result)}}, .request = std::move(arguments)});
    return result;
  }

 private:
  std::string key_;
  F function_;
  CallCache cache_;
};

/// Wraps a function so that equal arguments are answered from disk, in this process and later ones (SCN-80). Arguments and result are whatever
/// Boost.JSON converts: text, numbers, lists, maps, `json::value`, types with `tag_invoke`. What the function throws is not kept. As thread safe
/// as the function.
/// @param key names the function and its version: change it when the answers would.
template <class F>
Cached<std::decay_t<F>> cached(std::string key, F&& function, CallCache cache = CallCache()) {
  return {std::move(key), std::forward<F>(function), std::move(cache)};
}

}  // namespace antiphon
