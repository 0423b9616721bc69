// Each law agrees with itself, byte by byte and joined over odd pieces; formats read as they are written.
#include <cstdint>
#include <cstdlib>

#include "antiphon/audio/g711.hpp"
#include "antiphon/base/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace antiphon::audio;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (encode_alaw(decode_alaw(bytes)) != bytes) std::abort();
  if (decode_mulaw(encode_mulaw(decode_mulaw(bytes))) != decode_mulaw(bytes)) std::abort();
  ByteJoiner whole, cut;
  const auto expected = whole.feed(bytes);
  Samples seen;
  for (const char byte : bytes)
    for (const auto sample : cut.feed({&byte, 1})) seen.push_back(sample);
  if (seen != expected || whole.pending() != cut.pending()) std::abort();
  try {
    const auto format = parse_format(bytes);
    if (parse_format(to_string(format)) != format) std::abort();
  } catch (const antiphon::Error&) {}
  return 0;
}
