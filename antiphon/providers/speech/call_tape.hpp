#pragma once

#include <memory>
#include <optional>
#include <string>

#include "antiphon/providers/llm/cache/call_cache.hpp"
#include "antiphon/providers/llm/cassette/cassette.hpp"
#include "antiphon/providers/llm/cassette/played_call.hpp"

namespace antiphon {

/// Where calls for speech are kept and found again. Belongs to one run.
class CallTape {
 public:
  virtual ~CallTape() = default;
  /// What was answered before; nullopt: it is to be asked. @throws Error as `Cassette::take`.
  virtual std::optional<RecordedCall> take(const AskedCall& asked) = 0;
  /// What keeps the call that is asked now.
  virtual KeepCall keeper(const AskedCall& asked) = 0;
  virtual const Secrets& secrets() const = 0;
  /// Streams of recognition are kept nowhere: whether they may go on all the same.
  virtual bool lets_streams_pass() const = 0;
};

/// A scenario's cassette.
std::unique_ptr<CallTape> tape_of(std::shared_ptr<Cassette> cassette);
/// The cache on disk. The same text in the same voice sounds the same whichever scenario asks, so that only the user's key of the cache, the address and the
/// request count. What failed, or was not heard to its end, is not kept. @param key of the vendor: it is kept nowhere
std::unique_ptr<CallTape> tape_of(std::shared_ptr<RunCache> cache, std::string address, const std::string& key);

}  // namespace antiphon
