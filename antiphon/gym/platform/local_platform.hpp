#pragma once

#include <functional>

#include "antiphon/gym/platform/platform_settings.hpp"
#include "antiphon/net/local_server.hpp"

namespace antiphon::gym {

/// A platform in this process that nobody else can reach: clients connect over memory, the backend is reached by the `http` of whoever makes it.
/// @param make_speech called once per platform
/// @param waits_on_clock_alone the backend and the speech do, too
net::LocalServerSpec local_platform(PlatformSettings settings, std::function<PlatformSpeech(Runtime&, net::HttpClient&)> make_speech,
                                    bool waits_on_clock_alone);

}  // namespace antiphon::gym
