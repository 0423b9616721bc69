#include "antiphon/providers/llm/cassette/call_request.hpp"

#include <algorithm>

#include "antiphon/base/error.hpp"
#include "antiphon/providers/llm/cassette/call_text.hpp"
#include "antiphon/providers/llm/cassette/raw_json.hpp"

namespace antiphon {

namespace {

constexpr std::string_view messages_name = "messages";

CallRequest::Text shared(std::string text) { return std::make_shared<const std::string>(std::move(text)); }

bool same(const CallRequest::Text& a, const CallRequest::Text& b) { return a == b || *a == *b; }

}  // namespace

std::string CallRequest::text() const {
  if (!has_messages) return *head;
  std::size_t size = head->size() + 16;
  for (const auto& message : messages) size += message->size() + 1;
  std::string out;
  out.reserve(size);
  out.append(*head, 0, head->size() - 1);
  out += head->size() > 2 ? ",\"messages\":[" : "\"messages\":[";
  for (const auto& message : messages) {
    if (&message != messages.data()) out += ',';
    out += *message;
  }
  return out += "]}";
}

bool CallRequest::operator==(const CallRequest& other) const {
  return has_messages == other.has_messages && same(head, other.head) &&
         std::equal(messages.begin(), messages.end(), other.messages.begin(), other.messages.end(), same);
}

CallRequest request_without_messages(std::string head) { return {.head = shared(std::move(head))}; }

CallRequest request_from(std::string_view text) {
  const auto members = raw_json::members(text);
  if (!members) throw Error(ErrorKind::protocol, "the recorded request is no object");
  if (members->empty() || members->back().name != messages_name) return request_without_messages(std::string(text));
  const auto list = raw_json::elements(members->back().value);
  if (!list) throw Error(ErrorKind::protocol, "the messages of the recorded request are no list");
  const auto before = members->size() == 1 ? 1 : members->back().value.size() + messages_name.size() + 5;  // ,"messages":LIST}
  CallRequest request{.head = shared(members->size() == 1 ? "{}" : std::string(text.substr(0, text.size() - before)) + "}"), .has_messages = true};
  for (const auto& message : *list) request.messages.push_back(shared(std::string(message)));
  return request;
}

CallKey::CallKey(std::string_view kind, std::string_view role, std::string_view head) {
  std::string text;
  text.reserve(kind.size() + role.size() + head.size() + 2);
  text.append(kind).append(1, '\n').append(role).append(1, '\n').append(head);
  sha256_into(digest_, {}, text);
}

void CallKey::add(std::string_view message) {
  const auto before = digest_;
  sha256_into(digest_, {reinterpret_cast<const char*>(before.data()), before.size()}, message);
}

std::string CallKey::text() const { return hex_text(digest_); }

CallKey key_of(std::string_view kind, std::string_view role, const CallRequest& request) {
  CallKey key(kind, role, *request.head);
  for (const auto& message : request.messages) key.add(*message);
  return key;
}

}  // namespace antiphon
