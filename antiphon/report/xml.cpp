#include "antiphon/report/xml.hpp"

#include "antiphon/base/text.hpp"

namespace antiphon {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

// U+FFFE and U+FFFF are the only characters beyond the controls that are forbidden.
bool is_noncharacter(std::string_view text, std::size_t i) {
  const auto three = text.substr(i, 3);
  return three == "\xEF\xBF\xBE" || three == "\xEF\xBF\xBF";
}

std::string escaped(std::string_view raw, bool attribute) {
  const auto text = repair_utf8(raw);
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_noncharacter(text, i))
      out += replacement, i += 2;
    else if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else if (c == '\r' || (attribute && (c == '\n' || c == '\t')))
      out += c == '\r' ? "&#13;" : c == '\n' ? "&#10;" : "&#9;";  // a parser would make spaces or line feeds of them
    else if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t')
      out += replacement;
    else
      out += c;
  }
  return out;
}

}  // namespace

std::string xml_text(std::string_view text) { return escaped(text, false); }
std::string xml_attribute(std::string_view text) { return escaped(text, true); }

}  // namespace antiphon
