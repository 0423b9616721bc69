#include "antiphon/audio/internal/mp3.hpp"

#include <array>
#include <memory>

#include <mpg123.h>

namespace antiphon::audio::internal {

namespace {

constexpr const char* damaged = "it is damaged or cut off";

struct Deleted {
  void operator()(mpg123_handle* handle) const { mpg123_delete(handle); }
};

}  // namespace

std::string decode_mp3(std::string_view bytes, const Mp3Sink& sink) {
  int error = MPG123_OK;
  const std::unique_ptr<mpg123_handle, Deleted> handle(mpg123_new(nullptr, &error));
  if (!handle) return mpg123_plain_strerror(error);
  mpg123_param(handle.get(), MPG123_ADD_FLAGS, MPG123_QUIET | MPG123_FORCE_FLOAT | MPG123_MONO_MIX | MPG123_GAPLESS, 0);
  if (mpg123_open_feed(handle.get()) != MPG123_OK || mpg123_feed(handle.get(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) != MPG123_OK)
    return damaged;
  std::array<float, 8192> block;
  long rate_hz = 0;
  for (;;) {
    std::size_t made = 0;
    const int status = mpg123_read(handle.get(), reinterpret_cast<unsigned char*>(block.data()), sizeof block, &made);
    if (status == MPG123_NEW_FORMAT) {
      int channels = 0, encoding = 0;
      const long before = rate_hz;
      mpg123_getformat(handle.get(), &rate_hz, &channels, &encoding);
      if (before != 0 && rate_hz != before) return "its rate changes in the middle";
    }
    if (made > 0) sink(std::span(block).first(made / sizeof(float)), rate_hz);
    if (status == MPG123_NEED_MORE || status == MPG123_DONE) return "";
    if (status != MPG123_OK && status != MPG123_NEW_FORMAT) return damaged;
  }
}

}  // namespace antiphon::audio::internal
