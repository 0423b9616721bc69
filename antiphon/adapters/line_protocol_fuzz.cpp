#include <cstddef>
#include <cstdint>
#include <string_view>

#include "antiphon/adapters/line_protocol.hpp"
#include "antiphon/base/error.hpp"

// Whatever an agent writes is messages or an Error of its own; asking it never takes more than a line.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace antiphon;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    AgentInput input{.thread_id = "t", .messages = {}};
    for (auto& message : parse_turn_answer(text)) {
      input.messages.append(message);
      input.new_messages.push_back(message);
    }
    if (turn_line(input).find('\n') != std::string::npos) __builtin_trap();
  } catch (const Error&) {}
  return 0;
}
