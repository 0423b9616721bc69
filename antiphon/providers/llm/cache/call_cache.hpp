#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "antiphon/providers/llm/cassette/cassette_line.hpp"

namespace antiphon {

/// Answers kept from run to run (SCN-80): a folder of files that are named after what was asked. Processes may share it: a file appears as a
/// whole. One that is damaged is as good as none, and is replaced. Thread safe.
class CallCache {
 public:
  /// @param folder made when something is stored; empty: `default_folder`
  explicit CallCache(std::string folder = {});
  /// `${XDG_CACHE_HOME:-~/.cache}/antiphon/calls` of this process's environment.
  static std::string default_folder();

  std::optional<RecordedCall> find(const std::string& key) const;
  /// A cache that cannot be written costs nothing but the same call again. @return what kept it from being written
  std::optional<Error> store(const RecordedCall& call) const;

 private:
  std::string file(const std::string& key) const;
  std::string folder_;
};

/// The part of the cache that belongs to one run: the same call asked twice in a run has two answers. Belongs to the run's thread.
class RunCache {
 public:
  /// @param scope all that keys an answer beside the call itself: cache key, configuration of the scenario, repeat, attempt
  /// @param shared_scope what keys an answer that is the same for every scenario: the cache key alone
  RunCache(CallCache cache, std::string scope, std::string shared_scope = {})
      : cache_(std::move(cache)), scope_(std::move(scope)), shared_scope_(std::move(shared_scope)) {}

  /// The key of the next call with these arguments.
  std::string next_key(std::string_view role, std::string_view request);
  /// The key of a request that is answered the same however often it is made, in whatever scenario.
  std::string shared_key(std::string_view request) const;
  std::optional<RecordedCall> find(const std::string& key) const { return cache_.find(key); }
  void store(const RecordedCall& call);
  /// For people: why answers were not kept, of the first that was not.
  const std::optional<std::string>& notice() const { return notice_; }

 private:
  CallCache cache_;
  std::string scope_, shared_scope_;
  std::map<std::string, int> asked_;
  std::optional<std::string> notice_;
};

}  // namespace antiphon
