#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace antiphon {

/// The folder of an installed model, such as `minilm`: below ANTIPHON_MODELS where that is set, else below `share/antiphon/models` beside the
/// program's folder, else below build/deps/models of the checkout that the program was built in, where tools/get-speech.sh puts it, else below
/// ${XDG_DATA_HOME:-~/.local/share}/antiphon/models, where `make models` puts it. nullopt: it is not installed.
std::optional<std::string> find_model_folder(std::string_view name);

}  // namespace antiphon
