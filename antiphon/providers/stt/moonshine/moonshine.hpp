#pragma once

#include <memory>
#include <span>
#include <string>

#include "antiphon/providers/speech/registry.hpp"

namespace antiphon::moonshine {

/// Moonshine tiny, English, read once and used by any number of threads and calls.
/// @see https://github.com/moonshine-ai/moonshine (MIT)
class Model {
 public:
  /// @param folder with encoder_model.ort, decoder_model_merged.ort and tokens.txt @param pinned whether they must be the very files of tools/get-speech.sh
  /// @throws Error configuration for what is missing, damaged or no such model, naming the file: the library below would end the process over some of it.
  Model(const std::string& folder, bool pinned);
  ~Model();
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  /// What the network says of at most some tens of seconds at 16 kHz (full scale 1), noise and silence included.
  std::string decode(std::span<const float> samples) const;

 private:
  struct Loaded;
  std::unique_ptr<Loaded> loaded_;
};

/// The one of this process, where it is installed. @throws Error configuration, saying how to install it.
std::shared_ptr<const Model> installed_model();
/// @throws Error configuration, naming the first file that a model's folder lacks.
void require_model_in(const std::string& folder);
/// Looks for the files, not into them, and loads the runtime. @throws Error configuration, as above.
void check_installed();
/// Loads the runtime unless it is there already. @throws Error configuration where it cannot be loaded, or this build has none.
void require_runtime();
/// False where the program was built without the neural runtime.
bool is_built_in();

/// @throws Error configuration unless each line is a token in base64, a tab and its own number: sherpa-onnx ends the process over others.
void check_tokens(std::string_view table);

/// `moonshine`, and `sherpa/DIR` for other models of that family.
SpeechRegistry::EarProvider provider();
SpeechRegistry::EarProvider folder_provider();

}  // namespace antiphon::moonshine
