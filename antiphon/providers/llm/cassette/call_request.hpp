#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace antiphon {

/// What was asked of a provider, as JSON texts without what differs from run to run. Calls of one conversation share what they have in common.
struct CallRequest {
  using Text = std::shared_ptr<const std::string>;

  Text head;  ///< an object: everything but the messages
  std::vector<Text> messages{};
  bool has_messages = false;  ///< requests to embedding models have none, not even an empty list

  /// One JSON object, with the messages as its last member.
  std::string text() const;
  bool operator==(const CallRequest& other) const;
};

/// @param head an object of which nothing is messages
CallRequest request_without_messages(std::string head);
/// What `text` wrote. @throws Error protocol for anything else.
CallRequest request_from(std::string_view text);

/// Names a request and who asks it: equal requests of a role have equal keys. A chain, one link a message, so that a conversation that goes on costs
/// no more than what is new.
class CallKey {
 public:
  CallKey(std::string_view kind, std::string_view role, std::string_view head);
  void add(std::string_view message);
  /// 32 hexadecimal digits.
  std::string text() const;

 private:
  std::array<unsigned char, 16> digest_{};
};
CallKey key_of(std::string_view kind, std::string_view role, const CallRequest& request);

/// What is asked of a provider, of whatever kind.
struct AskedCall {
  std::string kind;  ///< `llm`
  std::string role;
  int turn = 0;
  CallRequest request;
  std::string key;  ///< of kind, role and request
};

}  // namespace antiphon
