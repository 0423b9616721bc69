#include <cstddef>
#include <cstdint>
#include <string_view>

#include "antiphon/adapters/template.hpp"
#include "antiphon/base/json.hpp"

// Any JSON is a template; the first line is what the user says.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace antiphon;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto end = text.find('\n');
  if (end == std::string_view::npos) return 0;
  const auto body = try_parse_json(text.substr(end + 1));
  if (!body) return 0;
  const auto said = Message::user(text.substr(0, end));
  (void)json::serialize(fill_template(*body, {.thread_id = "t", .messages = {said, Message::assistant("ok"), said}, .new_messages = {said}}));
  return 0;
}
