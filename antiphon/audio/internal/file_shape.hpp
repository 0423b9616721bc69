#pragma once

#include <optional>
#include <string>
#include <string_view>

/// What the first and last bytes of a file tell before a decoder sees it.
namespace antiphon::audio::internal {

enum class Container { wav, flac, ogg, mp3 };

/// nullopt: none of those that are read.
std::optional<Container> container_of(std::string_view bytes);

/// Why the file is not whole, where its own lengths tell; decoders pass over it in silence.
std::optional<std::string> missing_part(Container container, std::string_view bytes);

/// Gives a WAV file whose writer could not come back to its header the sizes that it has.
void fill_in_sizes(std::string& wav);

}  // namespace antiphon::audio::internal
