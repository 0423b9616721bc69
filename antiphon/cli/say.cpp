#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "antiphon/audio/file.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/cli/command.hpp"
#include "antiphon/net/http.hpp"
#include "antiphon/providers/speech/registry.hpp"

namespace antiphon::cli {

namespace {

constexpr auto longest_wait = std::chrono::minutes(5);

struct SayFlags {
  std::vector<std::string> words;
  std::string voice = "auto", out;
  double speed = 1;
};

struct Said {
  audio::Samples samples;
  std::string voice;
  std::optional<std::string> notice;
};

Said speak(const std::string& text, const VoiceChoice& choice) {
  asio::io_context context(1);
  WallClock clock(context);
  BlockingPool blocking;
  Runtime runtime{context.get_executor(), clock, blocking};
  const auto http = net::make_http_client(runtime);
  const auto voice = SpeechRegistry::with_defaults()->open(choice, {.runtime = runtime, .http = *http});
  auto request = voice.defaults;
  request.text = text;
  Said said{.samples = {}, .voice = voice.name, .notice = voice.notice};
  std::exception_ptr failure;
  asio::co_spawn(context, synthesize_whole(*voice.synthesiser, std::move(request), Deadline::after(clock, longest_wait)),
                 [&](std::exception_ptr error, audio::Samples samples) {
                   failure = error;
                   said.samples = std::move(samples);
                   context.stop();  // kept connections would wait for their own ends
                 });
  context.run();
  if (failure) std::rethrow_exception(failure);
  return said;
}

int say(const SayFlags& flags, Environment& environment) {
  const auto path = environment.path(flags.out);
  audio::file_kind_of(path);  // before any work
  VoiceChoice choice(flags.voice);
  choice.speed = flags.speed;
  SpeechRegistry::with_defaults()->check(choice);
  const auto text = join(flags.words, " ");
  const auto said = speak(text, choice);
  if (said.notice) environment.err << "note:  " << *said.notice << '\n';
  if (said.samples.empty()) throw Error(ErrorKind::configuration, fmt::format("there is nothing in {} that {} could say", quote(cut(text, 60)), said.voice));
  audio::write_audio_file(path, said.samples);
  environment.out << fmt::format("{}: {}, {:.2f} s\n", flags.out, said.voice, to_seconds(audio::duration_of(said.samples.size())));
  return 0;
}

}  // namespace

Command say_command() {
  return {.name = "say",
          .summary = "Speak a text into a sound file",
          .example = "antiphon say 'My order is A-1007.' --voice flite/slt -o order.wav",
          .declare = [](CLI::App& app) -> std::function<int(Environment&)> {
            auto flags = std::make_shared<SayFlags>();
            app.add_option("text", flags->words, "What is said")->required();
            app.add_option("--voice", flags->voice, "provider/voice (auto: the best that is installed)");
            app.add_option("--speed", flags->speed, "Times as fast, from 0.5 to 2 (1)");
            app.add_option("-o,--out", flags->out, "The file: .wav, .flac, .ogg or .mp3")->required();
            return [flags](Environment& environment) { return say(*flags, environment); };
          }};
}

}  // namespace antiphon::cli
