#include "antiphon/report/pack.hpp"

#include <zlib.h>

#include "antiphon/base/error.hpp"

namespace antiphon {

std::string zlib_deflate(std::string_view bytes) {
  auto size = compressBound(static_cast<uLong>(bytes.size()));
  std::string out(size, '\0');
  const auto status = compress2(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uLong>(bytes.size()),
                                Z_DEFAULT_COMPRESSION);
  if (status != Z_OK) throw Error(ErrorKind::internal, "zlib cannot compress: status " + std::to_string(status));
  out.resize(size);
  return out;
}

std::string base64(std::string_view bytes) {
  static constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto n = bytes.size() - i;
    const auto byte = [&](std::size_t k) -> unsigned { return k < n ? static_cast<unsigned char>(bytes[i + k]) : 0; };
    const unsigned group = byte(0) << 16 | byte(1) << 8 | byte(2);
    out += digits[group >> 18];
    out += digits[group >> 12 & 63];
    out += n > 1 ? digits[group >> 6 & 63] : '=';
    out += n > 2 ? digits[group & 63] : '=';
  }
  return out;
}

}  // namespace antiphon
