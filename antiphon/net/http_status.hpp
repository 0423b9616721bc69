#pragma once

#include "antiphon/base/error.hpp"

namespace antiphon {

/// What an HTTP status of 400 or more means to whoever asked.
inline ErrorKind error_kind_of(int status) {
  switch (status) {
    case 401:
    case 403: return ErrorKind::unauthorized;
    case 404: return ErrorKind::not_found;
    case 408: return ErrorKind::timeout;
    case 429: return ErrorKind::rate_limited;
    default: return status >= 500 ? ErrorKind::unavailable : ErrorKind::invalid_input;
  }
}

}  // namespace antiphon
