#pragma once

#include <string>
#include <string_view>

namespace antiphon {

/// zlib format (RFC 1950), which browsers unpack with `DecompressionStream('deflate')`.
std::string zlib_deflate(std::string_view bytes);

}  // namespace antiphon
