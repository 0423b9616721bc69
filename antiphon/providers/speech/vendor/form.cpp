#include "antiphon/providers/speech/vendor/form.hpp"

#include <fmt/format.h>

#include "antiphon/base/text.hpp"

namespace antiphon::speech {

namespace {

std::string plain(const json::value& value) { return value.is_string() ? std::string(value.get_string()) : json_text(value); }

std::string boundary_for(const Fields& fields, const Upload& file) {
  const auto occurs = [&](const std::string& boundary) {
    if (file.bytes.find(boundary) != std::string::npos) return true;
    for (const auto& [name, value] : fields)
      if (value.find(boundary) != std::string::npos) return true;
    return false;
  };
  for (int n = 0;; ++n)
    if (auto boundary = fmt::format("antiphon-form-{:016x}", 0x9e3779b97f4a7c15ULL + static_cast<unsigned>(n)); !occurs(boundary)) return boundary;
}

}  // namespace

void add_settings(Fields& fields, const json::object& settings) {
  for (const auto& [key, value] : settings) {
    const std::string name(key);
    std::erase_if(fields, [&](const auto& field) { return field.first == name; });
    if (value.is_array())
      for (const auto& element : value.get_array()) fields.emplace_back(name, plain(element));
    else if (!value.is_null())
      fields.emplace_back(name, plain(value));
  }
}

std::string query_text(const Fields& fields) {
  std::string text;
  for (const auto& [name, value] : fields) {
    if (value.empty()) continue;
    if (!text.empty()) text += '&';
    text += percent_encode(name) + '=' + percent_encode(value);
  }
  return text;
}

FormBody form_body(const Fields& fields, const Upload& file) {
  const auto boundary = boundary_for(fields, file);
  std::string body;
  body.reserve(file.bytes.size() + 4096);
  for (const auto& [name, value] : fields)
    if (!value.empty()) body += fmt::format("--{}\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n{}\r\n", boundary, name, value);
  body += fmt::format("--{}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"\r\nContent-Type: {}\r\n\r\n", boundary, file.name, file.type);
  body += file.bytes;
  body += fmt::format("\r\n--{}--\r\n", boundary);
  return {.content_type = "multipart/form-data; boundary=" + boundary, .body = std::move(body)};
}

}  // namespace antiphon::speech
