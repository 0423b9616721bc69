#include "antiphon/providers/llm/gemini/conversation.hpp"

#include <map>

#include <fmt/format.h>

#include "antiphon/providers/llm/wire/answer.hpp"
#include "antiphon/providers/llm/wire/body.hpp"
#include "antiphon/providers/llm/wire/parts.hpp"

namespace antiphon::gemini {

namespace {

using wire::Part;
using wire::PartPlace;

// What the vendor documents for calls that none of its models has signed.
constexpr std::string_view no_signature = "skip_thought_signature_validator";

json::object text_part(std::string_view text) { return {{"text", text}}; }

json::object media_part(const PartPlace& place, const Part& part) {
  if (part.url.empty() && part.data.empty())
    wire::refuse_part(place, part, "it has no base64 data and no address; the id of a file that OpenAI keeps means nothing here");
  if (!part.data.empty()) {
    if (part.media_type.empty()) wire::refuse_part(place, part, "its media type is not known: give it a data URL or a file name with a known ending");
    return {{"inlineData", json::object{{"mimeType", part.media_type}, {"data", part.data}}}};
  }
  if (part.url.find("://") == std::string::npos) wire::refuse_part(place, part, "its address is neither a URL nor data");
  json::object file{{"fileUri", part.url}};
  if (!part.media_type.empty()) file.emplace("mimeType", part.media_type);
  return {{"fileData", std::move(file)}};
}

json::object part_of(const PartPlace& place, const Part& part) {
  switch (part.kind) {
    case Part::Kind::text: return text_part(part.text);
    case Part::Kind::audio:
      if (part.data.empty() && !part.text.empty()) return text_part(part.text);
      return media_part(place, part);
    case Part::Kind::image:
    case Part::Kind::file: return media_part(place, part);
    default: wire::refuse_part(place, part, "this API has no such part");
  }
}

bool is_ours(std::string_view id) { return id.empty() || id.starts_with(made_up_id); }

// The API wants an object: the result itself where it is one.
json::object response_object(std::string_view text) {
  auto value = try_parse_json(text);
  if (value && value->is_object()) return std::move(value->get_object());
  return {{"output", value ? *value : json::value(json::string(text))}};
}

class Writer {
 public:
  Writer(std::string_view model, bool unsigned_calls) : model_(model), unsigned_calls_(unsigned_calls) {}

  void add(const Message& message, std::size_t index) {
    index_ = index;
    switch (message.role()) {
      case MessageRole::system:
      case MessageRole::developer: return add_system(message);
      case MessageRole::user: return put(Kind::user, parts(message));
      case MessageRole::assistant: return put(Kind::model, model_parts(message));
      case MessageRole::tool:
      case MessageRole::function: return add_result(message);
    }
  }

  Conversation finish() && {
    if (turns_.empty() || turns_.front().kind == Kind::model) turns_.insert(turns_.begin(), Turn{Kind::user, {text_part(wire::opening)}});
    if (turns_.back().kind == Kind::model) turns_.push_back({Kind::user, {text_part(wire::continuation)}});
    Conversation made{.system = std::move(system_), .contents = {}};
    for (auto& turn : turns_) made.contents.push_back(json::object{{"role", turn.kind == Kind::model ? "model" : "user"}, {"parts", std::move(turn.parts)}});
    return made;
  }

 private:
  // Results are the user's turn too, but have to stand alone in it.
  enum class Kind { user, model, results };
  struct Turn {
    Kind kind;
    json::array parts;
  };

  json::array parts(const Message& message) const {
    json::array list;
    PartPlace place{.model = model_, .message = index_, .role = message.role()};
    for (const auto& part : wire::parts_of(message)) {
      list.push_back(part_of(place, part));
      ++place.part;
    }
    return list;
  }

  json::array model_parts(const Message& message) {
    for (const auto& call : message.tool_calls()) names_[call.id] = call.name;
    if (const auto* native = wire::native_of(message, vendor_name); native && native->is_array()) return native->get_array();
    auto list = parts(message);
    bool first = true;
    for (const auto& call : message.tool_calls()) {
      const auto parsed = call.arguments.empty() ? json::value(json::object{}) : try_parse_json(call.arguments).value_or(nullptr);
      json::object written{{"name", call.name}, {"args", parsed.is_object() ? parsed : json::value{{"malformed_arguments", call.arguments}}}};
      if (!is_ours(call.id)) written.emplace("id", call.id);
      json::object part{{"functionCall", std::move(written)}};
      if (std::exchange(first, false) && unsigned_calls_) part.emplace("thoughtSignature", no_signature);
      list.push_back(std::move(part));
    }
    return list;
  }

  void add_system(const Message& message) {
    const auto& text = message.text();
    if (text.empty()) return;
    if (turns_.empty())
      system_ += (system_.empty() ? "" : "\n\n") + text;
    else
      put(Kind::user, {text_part(fmt::format("<system>{}</system>", text))});
  }

  // Text goes into the response, anything else beside it.
  void add_result(const Message& message) {
    const auto id = message.tool_call_id().value_or("");
    const auto known = names_.find(id);
    auto name = known != names_.end() ? known->second : find_string(message.json(), "name").value_or("");
    if (name.empty())
      wire::refuse_part({.model = model_, .message = index_, .role = message.role()}, {.type = "tool result"}, "no call has its id, and it names no tool");
    json::object response{{"name", std::move(name)}, {"response", response_object(message.text())}};
    if (!is_ours(id)) response.emplace("id", id);
    json::array media;
    PartPlace place{.model = model_, .message = index_, .role = message.role()};
    for (const auto& part : wire::parts_of(message)) {
      if (part.kind != Part::Kind::text) media.push_back(part_of(place, part));
      ++place.part;
    }
    if (!media.empty()) response.emplace("parts", std::move(media));
    put(Kind::results, {json::object{{"functionResponse", std::move(response)}}});
  }

  void put(Kind kind, json::array parts) {
    if (parts.empty()) return;
    if (turns_.empty() || turns_.back().kind != kind) turns_.push_back({kind, {}});
    auto& turn = turns_.back().parts;
    turn.insert(turn.end(), parts.begin(), parts.end());
  }

  std::string_view model_;
  bool unsigned_calls_;
  std::size_t index_ = 0;
  std::string system_;
  std::map<std::string, std::string> names_;  ///< of the tools, by the ids of their calls
  std::vector<Turn> turns_;
};

}  // namespace

Conversation conversation(const ChatRequest& request, std::string_view model, bool unsigned_calls) {
  Writer writer(model, unsigned_calls);
  for (const auto& message : request.preamble) writer.add(message, 0);
  std::size_t index = 0;
  for (const auto& message : request.messages) writer.add(message, index++);
  return std::move(writer).finish();
}

std::size_t calls_in(const ChatRequest& request) {
  std::size_t calls = 0;
  for (const auto& message : request.messages) calls += message.tool_calls().size();
  return calls;
}

}  // namespace antiphon::gemini
