#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace antiphon {

/// RFC 4648, with padding.
std::string encode_base64(std::string_view bytes);
/// With padding or without. nullopt where `text` is no base64.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace antiphon
