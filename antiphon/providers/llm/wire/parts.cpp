#include "antiphon/providers/llm/wire/parts.hpp"

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::wire {

namespace {

constexpr std::pair<std::string_view, std::string_view> media_types[] = {
    {"pdf", "application/pdf"}, {"txt", "text/plain"},  {"md", "text/markdown"}, {"csv", "text/csv"},  {"html", "text/html"},  {"json", "application/json"},
    {"png", "image/png"},       {"jpg", "image/jpeg"},  {"jpeg", "image/jpeg"},  {"gif", "image/gif"}, {"webp", "image/webp"}, {"wav", "audio/wav"},
    {"mp3", "audio/mp3"},       {"flac", "audio/flac"}, {"ogg", "audio/ogg"},    {"aac", "audio/aac"}, {"aiff", "audio/aiff"}, {"mp4", "video/mp4"},
};

std::string media_type_of(std::string_view name) {
  name = name.substr(0, name.find_first_of("?#"));
  const auto ending = lower(name.substr(name.rfind('.') + 1));
  for (const auto& [known, type] : media_types)
    if (known == ending) return std::string(type);
  return {};
}

// `data:image/png;base64,AAAA`, or an address.
void take_url(Part& part, const std::string& url) {
  if (!url.starts_with("data:")) {
    part.url = url;
    if (part.media_type.empty()) part.media_type = media_type_of(url);
    return;
  }
  const auto comma = url.find(',');
  const auto head = url.substr(5, comma == std::string::npos ? comma : comma - 5);
  part.media_type = head.substr(0, head.find(';'));
  if (comma != std::string::npos && head.ends_with(";base64")) part.data = url.substr(comma + 1);
}

void take_image(Part& part, const json::value& value) {
  part.kind = Part::Kind::image;
  const auto* image = find(value, "image_url");
  if (!image) return;
  take_url(part, image->is_string() ? std::string(image->get_string()) : find_string(*image, "url").value_or(""));
}

void take_audio(Part& part, const json::value& value) {
  part.kind = Part::Kind::audio;
  const auto* audio = find(value, part.type);
  if (!audio) return;
  part.data = find_string(*audio, "data").value_or("");
  part.media_type = media_type_of("." + find_string(*audio, "format").value_or("wav"));
  part.text = find_string(*audio, "transcript").value_or(find_string(value, "transcript").value_or(""));
}

void take_file(Part& part, const json::value& value) {
  part.kind = Part::Kind::file;
  const auto* file = find(value, "file");
  if (!file) return;
  part.filename = find_string(*file, "filename").value_or("");
  const auto data = find_string(*file, "file_data").value_or("");
  part.media_type = media_type_of(part.filename);
  if (data.starts_with("data:"))
    take_url(part, data);
  else
    part.data = data;
}

Part part_of(const json::value& value) {
  if (value.is_string()) return {.type = "text", .text = std::string(value.get_string())};
  Part part{.type = find_string(value, "type").value_or("text")};
  if (part.type == "text" || part.type == "input_text" || part.type == "output_text")
    part.text = find_string(value, "text").value_or("");
  else if (part.type == "refusal")
    part.text = find_string(value, "refusal").value_or("");
  else if (part.type == "image_url")
    take_image(part, value);
  else if (part.type == "input_audio" || part.type == "audio")
    take_audio(part, value);
  else if (part.type == "file")
    take_file(part, value);
  else
    part.kind = Part::Kind::other;
  return part;
}

}  // namespace

std::vector<Part> parts_of(const Message& message) {
  std::vector<Part> parts;
  const auto* content = find(message.json(), "content");
  if (content && content->is_string()) {
    if (!trim(content->get_string()).empty()) parts.push_back(part_of(*content));
  } else if (content && content->is_array()) {
    for (const auto& value : content->get_array())
      if (auto part = part_of(value); part.kind != Part::Kind::text || !trim(part.text).empty()) parts.push_back(std::move(part));
  }
  return parts;
}

void refuse_part(const PartPlace& place, const Part& part, std::string_view why) {
  throw Error(ErrorKind::unsupported, fmt::format("{}: message {} ({}), part {} ({}) cannot be sent: {}", place.model, place.message, to_string(place.role),
                                                  place.part, part.type, why))
      .with_hint("leave that part out, or choose a model that takes it")
      .with_party(Party::harness);
}

}  // namespace antiphon::wire
