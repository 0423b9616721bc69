#pragma once

#include <string_view>

#include "antiphon/gateway/language/locale_rules.hpp"

namespace antiphon::gateway {

/// True where all that was said shows that somebody listens, and wants nothing: "mhm", "yeah, okay". By `LocaleRules::backchannels`; no words are none.
bool is_backchannel(std::string_view transcript, const LocaleRules& rules);

}  // namespace antiphon::gateway
