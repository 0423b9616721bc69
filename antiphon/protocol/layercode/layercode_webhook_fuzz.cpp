#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "antiphon/base/error.hpp"
#include "antiphon/protocol/layercode/authorisation.hpp"
#include "antiphon/protocol/layercode/javascript_json.hpp"
#include "antiphon/protocol/layercode/reply_events.hpp"
#include "antiphon/protocol/layercode/signature.hpp"
#include "antiphon/protocol/layercode/webhook.hpp"

using namespace antiphon;             // NOLINT
using namespace antiphon::layercode;  // NOLINT

namespace {

template <class Act>
void try_it(Act act) {
  try {
    act();
  } catch (const Error&) {}
}

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

// First byte: which of the texts it is.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 5) {
    case 0:
      try_it([&] {
        const auto body = write_webhook(read_webhook(text));
        require(write_webhook(read_webhook(body)) == body);
        require(javascript_json(parse_json(body)) == body);  // what backends check signatures over
      });
      break;
    case 1:
      try_it([&] {
        const auto event = write_reply_event(read_reply_event(text));
        require(event.starts_with("data: ") && event.ends_with("\n\n"));
        require(write_reply_event(read_reply_event(std::string_view(event).substr(6, event.size() - 8))) == event);
      });
      break;
    case 2:
      try_it([&] {
        const auto request = write_authorise_request(read_authorise_request(text));
        require(write_authorise_request(read_authorise_request(request)) == request);
      });
      try_it([&] { read_authorise_reply(text); });
      break;
    case 3: {
      require(check_signature(text, "secret that nobody guesses", "{}", 1'700'000'000) != SignatureVerdict::good);
      break;
    }
    default:
      try_it([&] {
        const auto once = javascript_json(parse_json(text));
        require(javascript_json(parse_json(once)) == once);
      });
  }
  return 0;
}
