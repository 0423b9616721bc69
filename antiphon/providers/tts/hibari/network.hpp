#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "antiphon/providers/tts/hibari/signal.hpp"

namespace antiphon::hibari {

/// The network, run by ONNX Runtime on the calling thread. Thread safe: several may run it at once.
class Network {
 public:
  virtual ~Network() = default;
  /// @param ids with 0 at both ends. @param speed times as fast. @throws Error internal where the runtime fails.
  virtual Spectrum run(std::span<const std::int64_t> ids, float speed) const = 0;

  /// Whether this build has a neural runtime at all.
  static bool is_built_in();
  /// Loads the runtime unless it is there already. @throws Error configuration where it cannot be loaded; unsupported where this build has none.
  static void require_runtime();
  /// @param bytes the model file's. @throws Error configuration where the runtime refuses it or cannot be loaded; unsupported where there is none.
  static std::unique_ptr<Network> open(std::string_view bytes);
};

}  // namespace antiphon::hibari
