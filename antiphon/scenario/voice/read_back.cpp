#include "antiphon/scenario/voice/read_back.hpp"

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/spoken_text.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::voice {

namespace {

using namespace std::chrono_literals;

constexpr auto around = 300ms;  // recognisers want a little silence on both sides

audio::Samples with_silence_around(audio::SampleView samples) {
  const auto side = audio::samples_in(around);
  audio::Samples all(side);
  all.insert(all.end(), samples.begin(), samples.end());
  all.resize(all.size() + side);
  return all;
}

}  // namespace

Task<> require_read_back(const Interjection& sound, const OpenEar& ear, Deadline deadline) {
  const auto heard = co_await ear.recogniser->transcribe(with_silence_around(*sound.samples), ear.defaults, deadline);
  if (word_errors(sound.word, heard.text).errors() == 0) co_return;
  throw Error(ErrorKind::configuration, fmt::format("{} is read back by {} as {}", quote(sound.word), ear.recogniser->name(), quote(heard.text)))
      .with_party(Party::harness)
      .with_hint("give it another spelling in the `lexicon` of the user's voice, or take words such as okay, right, yes");
}

}  // namespace antiphon::voice
