#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/base/error.hpp"
#include "antiphon/chat/history.hpp"

namespace {

using namespace antiphon;

// The parser may miss the last binary digit of a long fraction; everything else is as it was.
bool same(const json::value& a, const json::value& b) {
  if (a.is_double() && b.is_double()) return a.get_double() == b.get_double() || std::abs(a.get_double() - b.get_double()) <= 1e-14 * std::abs(a.get_double());
  if (a.kind() != b.kind()) return false;
  if (a.is_array()) {
    if (a.get_array().size() != b.get_array().size()) return false;
    for (std::size_t i = 0; i < a.get_array().size(); ++i)
      if (!same(a.get_array()[i], b.get_array()[i])) return false;
    return true;
  }
  if (a.is_object()) {
    if (a.get_object().size() != b.get_object().size()) return false;
    for (auto x = a.get_object().begin(), y = b.get_object().begin(); x != a.get_object().end(); ++x, ++y)
      if (x->key() != y->key() || !same(x->value(), y->value())) return false;
    return true;
  }
  return a == b;
}

void check(bool holds) {
  if (!holds) __builtin_trap();
}

std::vector<Message> read(const json::value& value) {
  std::vector<Message> list;
  for (const auto& item : value.is_array() ? value.get_array() : json::array{value}) list.emplace_back(item);
  return list;
}

}  // namespace

// Any bytes are a list of chat messages or an Error; what was a list comes back from its own JSON with every field in its place (SCN-4).
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    for (const auto& message : read(parse_json({reinterpret_cast<const char*>(data), size}))) {
      const Message again(parse_json(message.serialized()));
      check(same(again.json(), message.json()));
      check(again.role() == message.role() && again.text() == message.text() && again.tool_calls().size() == message.tool_calls().size());
      for (const auto& call : again.tool_calls()) try {
          (void)call.parsed_arguments();
        } catch (const Error&) {  // NOLINT(bugprone-empty-catch): arguments may be anything
        }
    }
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): most bytes are no messages
  }
  return 0;
}
