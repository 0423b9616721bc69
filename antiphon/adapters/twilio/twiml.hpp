#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace antiphon::wire {

/// One element of TwiML: a verb or a noun.
struct TwimlElement {
  std::string name{};
  std::map<std::string, std::string, std::less<>> attributes{};
  std::string text{};
  std::vector<TwimlElement> children{};

  const TwimlElement* child(std::string_view of_name) const;
  std::string attribute(std::string_view of_name) const;
};

/// The root of what an agent answers a call with. Comments and declarations are left out; there are no entities but those of XML itself.
/// @throws Error protocol, party agent, for what is no XML whose root is `Response`, says where.
TwimlElement read_twiml(std::string_view text);

/// The media stream that a call is connected to.
struct TwimlStream {
  std::string url{};
  std::vector<std::pair<std::string, std::string>> parameters{};
  std::vector<std::string> skipped{};  ///< verbs before it, which nobody carried out
};
/// @throws Error, party agent: invalid_input where the agent refuses the call, unsupported where it wants something else of Twilio than a stream both ways.
TwimlStream stream_of(const TwimlElement& response);

}  // namespace antiphon::wire
