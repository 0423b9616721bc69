#include "antiphon/providers/llm/anthropic/conversation.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/base64.hpp"
#include "antiphon/providers/llm/wire/answer.hpp"
#include "antiphon/providers/llm/wire/body.hpp"
#include "antiphon/providers/llm/wire/parts.hpp"

namespace antiphon::anthropic {

namespace {

using wire::Part;
using wire::PartPlace;

json::object text_block(std::string_view text) { return {{"type", "text"}, {"text", text}}; }

json::object image_block(const PartPlace& place, const Part& part) {
  if (!part.url.empty()) {
    if (!part.url.starts_with("https://") && !part.url.starts_with("http://")) wire::refuse_part(place, part, "its address is neither http, https nor data");
    return {{"type", "image"}, {"source", json::object{{"type", "url"}, {"url", part.url}}}};
  }
  constexpr std::string_view known[] = {"image/jpeg", "image/png", "image/gif", "image/webp"};
  if (part.data.empty()) wire::refuse_part(place, part, "it has no base64 data and no address");
  if (std::find(std::begin(known), std::end(known), part.media_type) == std::end(known))
    wire::refuse_part(place, part, fmt::format("{} is not among image/jpeg, image/png, image/gif and image/webp", part.media_type));
  return {{"type", "image"}, {"source", json::object{{"type", "base64"}, {"media_type", part.media_type}, {"data", part.data}}}};
}

json::object document_source(const PartPlace& place, const Part& part) {
  if (!part.url.empty()) return {{"type", "url"}, {"url", part.url}};
  if (part.data.empty()) wire::refuse_part(place, part, "it has no data; the id of a file that OpenAI keeps means nothing here");
  if (part.media_type == "application/pdf") return {{"type", "base64"}, {"media_type", "application/pdf"}, {"data", part.data}};
  if (!part.media_type.starts_with("text/") && part.media_type != "application/json")
    wire::refuse_part(place, part, fmt::format("{} is neither a PDF nor text", part.media_type.empty() ? "a file of unknown type" : part.media_type));
  const auto text = decode_base64(part.data);
  if (!text) wire::refuse_part(place, part, "its data are no base64");
  return {{"type", "text"}, {"media_type", "text/plain"}, {"data", *text}};
}

json::object file_block(const PartPlace& place, const Part& part) {
  if (part.media_type.starts_with("image/")) return image_block(place, part);
  json::object block{{"type", "document"}, {"source", document_source(place, part)}};
  if (!part.filename.empty()) block.emplace("title", part.filename);
  return block;
}

json::object block_of(const PartPlace& place, const Part& part) {
  if (part.kind == Part::Kind::text) return text_block(part.text);
  if (place.role == MessageRole::assistant && part.text.empty()) wire::refuse_part(place, part, "the assistant's own messages hold only text here");
  switch (part.kind) {
    case Part::Kind::image: return image_block(place, part);
    case Part::Kind::file: return file_block(place, part);
    case Part::Kind::audio:
      if (!part.text.empty()) return text_block(part.text);
      wire::refuse_part(place, part, "this API takes no sound, and the part has no transcript");
    default: wire::refuse_part(place, part, "this API has no such part");
  }
}

class Writer {
 public:
  explicit Writer(std::string_view model) : model_(model) {}

  void add(const Message& message, std::size_t index) {
    index_ = index;
    switch (message.role()) {
      case MessageRole::system:
      case MessageRole::developer: return add_system(message);
      case MessageRole::user: return put("user", blocks(message));
      case MessageRole::assistant: return put("assistant", assistant_blocks(message));
      case MessageRole::tool:
      case MessageRole::function: return put_result(message);
    }
  }

  Conversation finish() && {
    if (turns_.empty() || turns_.front().role != "user") turns_.insert(turns_.begin(), Turn{"user", {text_block(wire::opening)}});
    if (turns_.back().role != "user") turns_.push_back({"user", {text_block(wire::continuation)}});
    Conversation made{.system = std::move(system_), .messages = {}};
    for (auto& turn : turns_) made.messages.push_back(json::object{{"role", turn.role}, {"content", std::move(turn.blocks)}});
    return made;
  }

 private:
  struct Turn {
    std::string_view role;
    json::array blocks;
  };

  json::array blocks(const Message& message) const {
    json::array list;
    PartPlace place{.model = model_, .message = index_, .role = message.role()};
    for (const auto& part : wire::parts_of(message)) {
      list.push_back(block_of(place, part));
      ++place.part;
    }
    return list;
  }

  json::array assistant_blocks(const Message& message) const {
    if (const auto* native = wire::native_of(message, vendor_name); native && native->is_array()) return native->get_array();
    auto list = blocks(message);
    for (const auto& call : message.tool_calls()) {
      const auto parsed = call.arguments.empty() ? json::value(json::object{}) : try_parse_json(call.arguments).value_or(nullptr);
      // The API wants an object; what a model wrote in place of one is shown to it as it was.
      const auto input = parsed.is_object() ? parsed : json::value{{"malformed_arguments", call.arguments}};
      list.push_back(json::object{{"type", "tool_use"}, {"id", call.id}, {"name", call.name}, {"input", input}});
    }
    return list;
  }

  void add_system(const Message& message) {
    const auto& text = message.text();
    if (text.empty()) return;
    if (turns_.empty())
      system_ += (system_.empty() ? "" : "\n\n") + text;
    else
      put("user", {text_block(fmt::format("<system>{}</system>", text))});
  }

  void put(std::string_view role, json::array blocks) {
    if (blocks.empty()) return;
    if (turns_.empty() || turns_.back().role != role) turns_.push_back({role, {}});
    auto& turn = turns_.back().blocks;
    turn.insert(turn.end(), blocks.begin(), blocks.end());
  }

  // Results have to come before anything else that the user's turn says.
  void put_result(const Message& message) {
    json::object result{{"type", "tool_result"}, {"tool_use_id", message.tool_call_id().value_or("")}};
    if (auto list = blocks(message); !list.empty()) result.emplace("content", std::move(list));
    if (turns_.empty() || turns_.back().role != "user") turns_.push_back({"user", {}});
    auto& turn = turns_.back().blocks;
    const auto* at = std::find_if(turn.begin(), turn.end(), [](const json::value& block) { return find_string(block, "type") != "tool_result"; });
    turn.insert(at, std::move(result));
  }

  std::string_view model_;
  std::size_t index_ = 0;
  std::string system_;
  std::vector<Turn> turns_;
};

}  // namespace

Conversation conversation(const ChatRequest& request, std::string_view model) {
  Writer writer(model);
  for (const auto& message : request.preamble) writer.add(message, 0);
  std::size_t index = 0;
  for (const auto& message : request.messages) writer.add(message, index++);
  return std::move(writer).finish();
}

}  // namespace antiphon::anthropic
