#include "antiphon/device/internal/alsa.hpp"

#include <dlfcn.h>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"

namespace antiphon::device {

namespace {

template <class Function>
void find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  if (function) return;
  throw Error(ErrorKind::unavailable, fmt::format("the library of ALSA lacks {}", name)).with_party(Party::harness).with_hint("install a newer libasound2");
}

// It would write to standard error about every device that is not there.
void say_nothing(const char*, int, const char*, int, const char*, ...) {}

Alsa load() {
  void* library = dlopen("libasound.so.2", RTLD_NOW | RTLD_LOCAL);
  if (!library)
    throw Error(ErrorKind::unavailable, "there is no sound here: the library of ALSA (libasound.so.2) is not installed")
        .with_party(Party::harness)
        .with_hint("apt-get install libasound2");
  Alsa alsa{};
  find(library, "snd_pcm_open", alsa.open);
  find(library, "snd_pcm_close", alsa.close);
  find(library, "snd_pcm_set_params", alsa.set_params);
  find(library, "snd_pcm_writei", alsa.write);
  find(library, "snd_pcm_readi", alsa.read);
  find(library, "snd_pcm_recover", alsa.recover);
  find(library, "snd_pcm_start", alsa.start);
  find(library, "snd_pcm_wait", alsa.wait);
  find(library, "snd_pcm_drain", alsa.drain);
  find(library, "snd_pcm_drop", alsa.drop);
  find(library, "snd_strerror", alsa.describe);
  decltype(&snd_lib_error_set_handler) set_error_handler = nullptr;
  find(library, "snd_lib_error_set_handler", set_error_handler);
  set_error_handler(&say_nothing);
  return alsa;
}

}  // namespace

const Alsa& Alsa::of_process() {
  static const Alsa alsa = load();
  return alsa;
}

}  // namespace antiphon::device
