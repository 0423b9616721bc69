// Word errors and speed of the recognisers of this build, on clean and on telephone audio. Texts of flite, and the speech of a person that the package
// pocketsphinx-testdata holds.
#include <chrono>
#include <cstdio>
#include <exception>
#include <functional>
#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "antiphon/audio/effects/effect.hpp"
#include "antiphon/base/spoken_text.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/net/http.hpp"
#include "antiphon/providers/speech/registry.hpp"
#include "antiphon/providers/stt/testing/librivox.hpp"
#include "antiphon/providers/tts/flite/flite_voice.hpp"

namespace {

using namespace antiphon;
using Utterances = std::vector<stt::testing::Utterance>;

class NoHttp final : public net::HttpClient {
 public:
  Task<net::HttpReply> send(net::HttpRequest, Deadline) override { throw Error(ErrorKind::unsupported, "nothing is asked over a network here"); }
  Task<std::unique_ptr<net::HttpBody>> open(net::HttpRequest, Deadline) override {
    throw Error(ErrorKind::unsupported, "nothing is asked over a network here");
  }
};

const std::vector<std::string>& sentences() {
  static const std::vector<std::string> texts{"I would like to cancel my order A-1007, please.",
                                              "Your refund of $3.50 is on its way and will arrive within five days.",
                                              "What is the balance of my account?",
                                              "Could you tell me when the store on Main Street opens tomorrow?",
                                              "My flight leaves at 5 p.m. from terminal two.",
                                              "Please hold the line while I look that up for you.",
                                              "I forgot my password and cannot log in.",
                                              "There is a problem with the heating in my apartment.",
                                              "Thank you very much, that is all I needed.",
                                              "The number on my card ends with four four one nine."};
  return texts;
}

Utterances spoken_by_flite() {
  Utterances all;
  for (const auto& text : sentences()) all.push_back({text, flite::say(text, "slt", 1)});
  return all;
}

Utterances over_telephone(Utterances utterances) {
  const auto line = audio::make_effect("phone_quality");
  RandomStream random(1);
  for (auto& utterance : utterances) utterance.samples = line(utterance.samples, random);
  return utterances;
}

struct Bench {
  asio::io_context context;
  VirtualClock clock{context};
  BlockingPool blocking;
  Runtime runtime{context.get_executor(), clock, blocking};
  NoHttp http;

  std::string hear(SpeechToText& ear, const audio::Samples& samples, const RecognitionSettings& settings) {
    std::string text;
    std::exception_ptr failure;
    bool done = false;
    asio::co_spawn(context, ear.transcribe(samples, settings, Deadline::never()),
                   [&](std::exception_ptr error, const Recognition& heard) { failure = error, text = heard.text, done = true; });
    clock.run([&] { return done; }, std::chrono::minutes(5), [] {});
    if (failure) std::rethrow_exception(failure);
    return text;
  }

  void measure(const char* what, const EarChoice& choice, const Utterances& utterances, bool tell) {
    const auto ear = SpeechRegistry::with_defaults()->open(choice, {.runtime = runtime, .http = http});
    hear(*ear.recogniser, utterances.front().samples, {.language = "en", .phrases = choice.phrases});  // reads the models
    WordErrors errors;
    double audio_s = 0;
    const auto start = std::chrono::steady_clock::now();
    for (const auto& [text, samples] : utterances) {
      const auto heard = hear(*ear.recogniser, samples, ear.defaults);
      const auto wrong = word_errors(text, heard);
      if (tell && wrong.errors() > 0) std::fprintf(stderr, "  %s\n  %s\n", text.c_str(), heard.c_str());
      errors += wrong;
      audio_s += to_seconds(audio::duration_of(samples.size()));
    }
    const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    std::printf("%s\t%.1f %% of %zu words, %.3f of real time\t\n", what, 100 * errors.rate(), errors.words, took / audio_s);
  }
};

int measure_all(bool tell) {
  Bench bench;
  EarChoice primed("pocketsphinx");
  primed.phrases = sentences();
  const auto flite = spoken_by_flite(), person = stt::testing::librivox();
  bench.measure("moonshine, flite", "moonshine", flite, tell);
  bench.measure("moonshine, flite by telephone", "moonshine", over_telephone(flite), tell);
  bench.measure("pocketsphinx with the words, flite", primed, flite, tell);
  bench.measure("pocketsphinx with the words, flite by telephone", primed, over_telephone(flite), tell);
  bench.measure("pocketsphinx at large, flite", "pocketsphinx", flite, tell);
  if (person.empty()) {
    std::fprintf(stderr, "the speech of a person is missing (package pocketsphinx-testdata)\n");
    return 0;
  }
  bench.measure("moonshine, person", "moonshine", person, tell);
  bench.measure("moonshine, person by telephone", "moonshine", over_telephone(person), tell);
  bench.measure("pocketsphinx at large, person", "pocketsphinx", person, tell);
  bench.measure("pocketsphinx at large, person by telephone", "pocketsphinx", over_telephone(person), tell);
  return 0;
}

}  // namespace

int main(int count, char** words) {
  try {
    return measure_all(count > 1 && std::string_view(words[1]) == "--tell");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "recognition: %s\n", error.what());
    return 1;
  }
}
