#pragma once

#include <memory>
#include <string>

#include "antiphon/providers/embed/embedder.hpp"

namespace antiphon::minilm {

/// A sentence encoder of the MiniLM family, such as all-MiniLM-L6-v2, read from its folder: config.json, model.safetensors, and vocab.txt or
/// tokenizer.json. Computes here, on one thread.
/// @throws Error configuration, naming folder and file.
std::unique_ptr<Embedder> open(const std::string& name, const std::string& folder);

/// The folder that `minilm` or `minilm/DIR` means: DIR below `directory`, or the one that `make models` installed. Checks that it is there.
/// @throws Error configuration, saying how to install it.
std::string folder_of(const std::string& name, const std::string& directory);

}  // namespace antiphon::minilm
