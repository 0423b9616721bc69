#pragma once

#include "antiphon/base/shared_library.hpp"

namespace antiphon::onnx {

/// The neural runtime: libonnxruntime.so, and libsherpa-onnx-c-api.so, which loads the other. The first call of each loads it, from `lib/antiphon`
/// of the installation that the program lies in, else from build/deps/onnx/lib of the checkout that it was built in, else as the system finds it.
/// One that fails is tried again by the next call. Thread safe. @throws Error configuration, saying what to do.
const SharedLibrary& networks();
const SharedLibrary& recognisers();

}  // namespace antiphon::onnx
