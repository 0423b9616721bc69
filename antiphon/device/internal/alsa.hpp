#pragma once

#include <alsa/asoundlib.h>

namespace antiphon::device {

/// What is used of ALSA's library, found at run time.
struct Alsa {
  decltype(&snd_pcm_open) open;
  decltype(&snd_pcm_close) close;
  decltype(&snd_pcm_set_params) set_params;
  decltype(&snd_pcm_writei) write;
  decltype(&snd_pcm_readi) read;
  decltype(&snd_pcm_recover) recover;
  decltype(&snd_pcm_start) start;
  decltype(&snd_pcm_wait) wait;
  decltype(&snd_pcm_drain) drain;
  decltype(&snd_pcm_drop) drop;
  decltype(&snd_strerror) describe;

  /// The library of this process. @throws Error unavailable, party harness, where it is not installed.
  static const Alsa& of_process();
};

}  // namespace antiphon::device
