#pragma once

#include <string>

#include "antiphon/base/error.hpp"
#include "antiphon/scenario/voice/voice_line.hpp"

/// What is said of a call that did not go on as a script expects.
namespace antiphon::voice {

/// The agent has gone without meaning to. At fault is who the adapter says, else the agent.
Error hung_up(const VoiceLine& line);
/// For the agent that ran out of time: since when it speaks without an end; empty where it does not.
std::string still_speaking_since(const VoiceLine& line);
/// Whether the agent's end of the line went down, by no will of its own, before it had said all of what it was saying.
bool hung_up_while_speaking(const VoiceLine& line);

/// The agent was silent for `limit`. It is told what it had to go on; where that is nothing but our own silence, the script is at fault (party harness).
Error said_nothing(const VoiceLine& line, Duration limit);

/// Why an interruption found nothing to cut into: the agent did not speak within `wait`, or hung up.
std::string nothing_to_cut(const VoiceLine& line, Duration wait);
/// Or hung up on the wire, whatever of it is still heard.
std::string gone_before_the_cut(const VoiceLine& line);
/// The same where it spoke, and was done `before` something.
std::string turn_was_over(const AgentTurn& turn, std::string_view before);

/// @throws Error configuration where no voice would make a sound of the words that `party` wrote.
void require_speech(std::string_view text, Party party);

}  // namespace antiphon::voice
