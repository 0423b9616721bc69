#include <cstdlib>
#include <string_view>

#include "antiphon/base/error.hpp"
#include "antiphon/session/session_error.hpp"
#include "antiphon/session/simulation.hpp"

/// Texts that strangers write: a dispatch that is taken says the same once it was written again, and so does an error.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace antiphon;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const auto dispatch = session::parse_dispatch(text);
    const auto written = session::dispatch_text(dispatch);
    if (session::dispatch_text(session::parse_dispatch(written)) != written) std::abort();
  } catch (const Error&) {
    // it is none
  }
  try {
    session::parse_dispatch_header(text);
  } catch (const Error&) {
    // nor that
  }
  const auto error = session::SessionError::from_wire(text);
  if (error.type() != "unknown" && session::SessionError::from_wire(error.to_wire()).message() != error.message()) std::abort();
  return 0;
}
