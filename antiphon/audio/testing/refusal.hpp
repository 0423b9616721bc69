#pragma once

#include <string>

#include "antiphon/base/error.hpp"

namespace antiphon::audio::testing {

/// What `call` is refused with; empty where it is not.
std::string refusal(const auto& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace antiphon::audio::testing
