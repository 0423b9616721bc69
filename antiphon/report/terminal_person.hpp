#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "antiphon/agent/person.hpp"

namespace antiphon {

/// Waits for a line, without its end; nullopt: the input has ended, or the token asked to stop. Called on a thread that it may block.
using LineSource = std::function<std::optional<std::string>(std::stop_token)>;

/// Lines of a stream. It cannot be asked to stop while it waits. Throws Error too_large, party harness, for a line of over 1 MiB; the one after it is next.
LineSource lines_of(std::istream& in);

/// A person who reads prompts on `out` and types lines.
///
/// As a participant they say a line, blank ones are asked for again. Stepping through a run: an empty line lets the participant speak, text
/// stands in its place (`//` for a text that begins with a slash), `/succeed`, `/fail` (with a reason) end the run, `/proceed` and the end of the
/// input let it run on. In a call that they speak in, a line hangs up.
/// @param prompts false where nobody reads them: lines are piped in.
std::shared_ptr<Person> person_typing(LineSource lines, std::ostream& out, bool prompts);

/// The person at this process's standard input; prompts go to standard error, where the input is a terminal.
std::shared_ptr<Person> person_at_terminal();

}  // namespace antiphon
