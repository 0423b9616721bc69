#pragma once

#include <memory>
#include <string>
#include <vector>

#include "antiphon/providers/stt/local/local_recogniser.hpp"

namespace antiphon::pocketsphinx {

/// A decoder for these phrases, taken from a small pool and given back with the pointer; each decodes for one recording or stream at a time and starts
/// every piece afresh. @throws Error configuration, io.
std::shared_ptr<stt::LocalDecoder> open_decoder(const std::vector<std::string>& phrases);

}  // namespace antiphon::pocketsphinx
