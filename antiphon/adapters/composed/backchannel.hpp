#pragma once

#include <string_view>

namespace antiphon::composed {

/// Whether these words only show that somebody listens: "okay", "right", "I see", one or several of them; and no word at all, such as a cough.
bool is_backchannel(std::string_view words);

}  // namespace antiphon::composed
