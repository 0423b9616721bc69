#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "antiphon/base/error.hpp"
#include "antiphon/session/items.hpp"

namespace antiphon::session {

/// Where in a turn it failed.
enum class Stage { llm, tts, stt, tool, session };
std::string_view to_string(Stage stage);

/// A turn that failed: thrown by an agent to its host, and by `RemoteSession` to whoever asked, with the same stage, type, status and message.
///
/// On the wire `stage:type:status: message`, with `-` for no status (contracts.md §13). Any other text that a foreign host sends is of type `unknown`.
class SessionError : public Error {
 public:
  /// @param type one word, such as `rate_limited` or the name of the vendor's own error.
  SessionError(Stage stage, std::string type, std::optional<int> status, std::string message);

  Stage stage() const noexcept { return stage_; }
  const std::string& type() const noexcept { return type_; }
  /// What had come about before it failed.
  const SessionItems& items() const noexcept { return items_; }
  SessionError with_items(SessionItems items) &&;

  std::string to_wire() const;
  /// Any text is one.
  static SessionError from_wire(std::string_view text);

 private:
  Stage stage_;
  std::string type_;
  SessionItems items_;
};

}  // namespace antiphon::session
