#pragma once

#include <string>

#include "antiphon/gym/settings.hpp"

namespace antiphon::gym {

/// Reads a file with the names of `Settings`, `${NAME}` of the environment among its values, into `settings`.
/// @throws Problems with all that is wrong, each at its place.
void read_settings(const std::string& file, const Settings::Variables& environment, Settings& settings);

}  // namespace antiphon::gym
