// Whatever the bytes, a message is the same in one piece as cut anywhere, and no body grows over its limit.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "antiphon/net/internal/http_parser.hpp"

namespace {

using namespace antiphon::net;

constexpr std::size_t body_limit = 100;

struct Seen {
  bool done;
  Headers headers;
  std::string body;
};

template <class Parser>
Seen parse(std::string_view text, std::size_t chunk) {
  Parser parser(body_limit);
  std::string unread;
  boost::system::error_code error;
  for (std::size_t i = 0; i < text.size() && !error && !parser.is_done(); i += std::min(chunk, text.size() - i))
    feed(parser, unread, text.substr(i, chunk), error);
  if (parser.body.size() > body_limit) std::abort();
  return {!error && parser.is_done(), std::move(parser.headers), std::move(parser.body)};
}

template <class Parser>
void compare(std::string_view text, std::size_t chunk) {
  const auto whole = parse<Parser>(text, std::max<std::size_t>(text.size(), 1));
  const auto cut = parse<Parser>(text, chunk);
  if (whole.done != cut.done) std::abort();  // not so for failures: what is wrong may be seen sooner when more of it is there
  if (whole.done && (whole.headers != cut.headers || whole.body != cut.body)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  const std::size_t chunk = 1 + bytes[0] % 16;
  compare<RequestParser>(text, chunk);
  compare<ReplyParser>(text, chunk);
  return 0;
}
