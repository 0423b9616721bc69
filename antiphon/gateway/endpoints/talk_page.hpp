#pragma once

#include <optional>
#include <string_view>

#include "antiphon/net/http.hpp"

namespace antiphon::gateway {

/// The page on which a person talks to the gateway, whole, and what it loads for its sound (web/src/talk).
std::string_view talk_html();
std::string_view talk_audio_script();

/// What a browser gets for one of the page's paths, `/` and `/talk-audio.js` (GTW-12); nullopt for others.
std::optional<net::HttpReply> talk_page(const net::ServerRequest& request);

}  // namespace antiphon::gateway
