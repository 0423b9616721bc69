#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "antiphon/base/clock.hpp"
#include "antiphon/base/runtime.hpp"
#include "antiphon/base/task.hpp"
#include "antiphon/net/byte_stream.hpp"
#include "antiphon/net/http.hpp"

namespace antiphon::net {

/// The near end of another connection to `server`, over memory: in the same moment of the clock.
std::unique_ptr<ByteStream> connect_to(Runtime& runtime, HttpServer& server);

/// A server in this process, on the executor and the clock of whoever calls it, and reached over memory: with a virtual clock all of both sides is in
/// virtual time.
class LocalServer {
 public:
  virtual ~LocalServer() = default;
  /// The near end of another connection.
  virtual std::unique_ptr<ByteStream> connect() = 0;
  /// What is worth knowing so far and is no error. No personal data.
  virtual std::vector<std::string> notices() const { return {}; }
  /// Ends what goes on; at `deadline` at the latest whatever it is at. Once, when nobody connects any more; it returns before the server may go.
  virtual Task<> end(Deadline deadline) = 0;
};

/// How to make one, each for one call. A value.
struct LocalServerSpec {
  std::function<std::unique_ptr<LocalServer>(Runtime& runtime, HttpClient& http)> make{};  ///< @throws Error configuration
  bool waits_on_clock_alone = false;                                                       ///< it may be in virtual time
};

}  // namespace antiphon::net
