// Whatever the bytes: a plain frame lies within them, what is none is left as it was, and boundaries are the same in one piece as cut anywhere.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "antiphon/net/internal/plain_frames.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace antiphon::net;
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  const bool masked = (bytes[0] & 1) != 0;
  const std::size_t step = 1 + bytes[0] / 2 % 16;

  FrameBoundaries whole, cut;
  whole.feed(text);
  for (std::size_t at = 0; at < text.size(); at += step) cut.feed(std::string_view(text).substr(at, step));
  if (whole.between_messages() != cut.between_messages()) std::abort();

  auto changed = text;
  const auto frame = take_plain_frame(changed, masked, 1000);
  if (!frame) return changed == text ? 0 : (std::abort(), 0);
  const auto end = static_cast<std::size_t>(frame->payload.data() - changed.data()) + frame->payload.size();
  if (end != frame->size || frame->size > text.size() || frame->payload.size() > 1000) std::abort();
  FrameBoundaries taken;
  taken.feed(std::string_view(text).substr(0, frame->size));
  if (!taken.between_messages()) std::abort();
  return 0;
}
