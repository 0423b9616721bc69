#include "antiphon/providers/llm/wire/answer.hpp"

namespace antiphon::wire {

namespace {

constexpr std::string_view member = "vendor_content";

}  // namespace

Message message_of(const Answer& answer, std::string_view vendor) {
  json::object object;
  if (answer.calls.empty())
    object = Message::assistant(answer.text).json().as_object();
  else
    object = Message::assistant_calls(answer.text, answer.calls).json().as_object();
  if (!answer.refusal.empty()) object.emplace("refusal", answer.refusal);
  if (!answer.native.is_null()) object.emplace(member, json::object{{vendor, answer.native}});
  return Message(json::value(std::move(object)));
}

const json::value* native_of(const Message& message, std::string_view vendor) {
  const auto* kept = find(message.json(), member);
  return kept ? find(*kept, vendor) : nullptr;
}

bool has_native(const Message& message) { return find(message.json(), member) != nullptr; }

std::string without_native(const Message& message) {
  auto object = message.json().as_object();
  object.erase(member);
  return json::serialize(object);
}

}  // namespace antiphon::wire
