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

}  // namespace antiphon
