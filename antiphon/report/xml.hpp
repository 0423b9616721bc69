#pragma once

#include <string>
#include <string_view>

namespace antiphon {

/// Text for an XML 1.0 element or, in double quotes, attribute. What XML cannot hold (most control characters, U+FFFE, invalid UTF-8)
/// becomes U+FFFD, so any text of an agent gives a well-formed document.
/// @see https://www.w3.org/TR/xml/#charsets
std::string xml_text(std::string_view text);
std::string xml_attribute(std::string_view text);

}  // namespace antiphon
