#pragma once

#include <cstddef>
#include <string_view>

#include "antiphon/base/json.hpp"

namespace antiphon {

/// Reads one JSON value. Boost.JSON 1.81 reads numbers of 16 digits and more to the last bit but one; here they are read exactly, so that what we
/// write comes back as it was.
/// @param used how many bytes were read: fewer than there are where something follows the value, or where `error` is set
json::value read_json(std::string_view text, std::size_t max_depth, std::size_t& used, boost::system::error_code& error);

}  // namespace antiphon
