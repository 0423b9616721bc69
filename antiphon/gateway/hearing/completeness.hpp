#pragma once

#include <chrono>
#include <string_view>

#include "antiphon/base/clock.hpp"
#include "antiphon/gateway/language/locale_rules.hpp"

namespace antiphon::gateway {

/// How long the caller must be silent before a turn counts as over (GTW-23).
struct TurnPatience {
  Duration complete = std::chrono::milliseconds(400);
  Duration open = std::chrono::milliseconds(1200);  ///< where more is to come: after "I would like to", and while a PIN is awaited
};

/// True for a transcript whose last word is a function word of the locale: nobody ends with "and my". Signs behind it do not count, because recognisers
/// end every text with a full stop.
bool sounds_open(std::string_view transcript, const LocaleRules& rules);

/// The silence to wait for, by what has been heard so far. Nothing heard counts as complete.
Duration silence_to_wait(std::string_view transcript, const LocaleRules& rules, bool pin_awaited, const TurnPatience& patience = {});

}  // namespace antiphon::gateway
