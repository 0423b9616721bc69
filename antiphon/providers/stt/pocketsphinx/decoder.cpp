#include "antiphon/providers/stt/pocketsphinx/decoder.hpp"

#include <filesystem>
#include <list>
#include <mutex>

#include <fmt/format.h>
#include <unistd.h>

extern "C" {
#include <pocketsphinx.h>
#include <sphinxbase/err.h>
}

#include "antiphon/audio/resample.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/providers/stt/local/speech_spans.hpp"
#include "antiphon/providers/stt/pocketsphinx/pocketsphinx.hpp"
#include "antiphon/providers/stt/pocketsphinx/vocabulary.hpp"

namespace antiphon::pocketsphinx {

namespace {

namespace fs = std::filesystem;

constexpr int rate_hz = 16000;
constexpr auto frame = std::chrono::milliseconds(10);

/// The library reads models from files alone.
class ScratchFolder {
 public:
  ScratchFolder() {
    auto pattern = (fs::temp_directory_path() / "antiphon-XXXXXX").string();
    if (!mkdtemp(pattern.data())) throw Error(ErrorKind::io, fmt::format("no folder can be made in {}", fs::temp_directory_path().string()));
    path_ = pattern;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  std::string write(const std::string& name, std::string_view content) const {
    auto path = path_ + "/" + name;
    write_file_atomically(path, content);
    return path;
  }

 private:
  std::string path_;
};

struct Freer {
  void operator()(ps_decoder_t* decoder) const { ps_free(decoder); }
};
using Decoder = std::unique_ptr<ps_decoder_t, Freer>;

std::vector<Sentence> sentences_of(const std::vector<std::string>& phrases) {
  const auto dictionary = Dictionary::installed();
  std::vector<Sentence> sentences;
  for (const auto& phrase : phrases)
    for (auto& sentence : readings(phrase)) {
      std::erase_if(sentence, [&](const std::string& word) { return !dictionary->knows(word); });
      if (!sentence.empty()) sentences.push_back(std::move(sentence));
    }
  if (sentences.empty())
    throw Error(ErrorKind::configuration, "none of the words in `phrases` is in PocketSphinx's dictionary")
        .with_hint("give it texts that the speakers may say, or leave phrases out");
  return sentences;
}

Decoder make_decoder(const std::string& dictionary, const std::string& model) {
  static std::once_flag quiet;
  std::call_once(quiet, [] { err_set_logfp(nullptr); });
  const auto acoustics = model_folder() + "/en-us";
  auto* config = cmd_ln_init(nullptr, ps_args(), TRUE, "-hmm", acoustics.c_str(), "-dict", dictionary.c_str(), "-lm", model.c_str(), "-cmn", "batch", nullptr);
  if (!config) throw Error(ErrorKind::configuration, "PocketSphinx does not take its settings");
  Decoder decoder(ps_init(config));
  cmd_ln_free_r(config);
  if (!decoder) throw Error(ErrorKind::configuration, fmt::format("PocketSphinx cannot read its models in {}", model_folder()));
  return decoder;
}

Decoder make_decoder(const std::vector<std::string>& phrases) {
  if (phrases.empty()) return make_decoder(model_folder() + "/cmudict-en-us.dict", model_folder() + "/en-us.lm.bin");
  const auto sentences = sentences_of(phrases);
  Sentence words;
  for (const auto& sentence : sentences) words.insert(words.end(), sentence.begin(), sentence.end());
  const ScratchFolder folder;  // what was read is not needed any more
  return make_decoder(folder.write("words.dict", Dictionary::installed()->lines_of(words)), folder.write("words.lm", arpa_model(sentences)));
}

/// Decoders that nobody uses at the moment: to make one takes a third of a second.
class Pool {
 public:
  static Pool& of_process() {
    static Pool pool;
    return pool;
  }

  Decoder take(const std::vector<std::string>& phrases) {
    const std::lock_guard lock(mutex_);
    for (auto idle = idle_.begin(); idle != idle_.end(); ++idle) {
      if (idle->phrases != phrases) continue;
      auto decoder = std::move(idle->decoder);
      idle_.erase(idle);
      return decoder;
    }
    return nullptr;
  }

  void give_back(std::vector<std::string> phrases, Decoder decoder) {
    constexpr std::size_t most = 8;
    const std::lock_guard lock(mutex_);
    idle_.push_front({std::move(phrases), std::move(decoder)});
    if (idle_.size() > most) idle_.pop_back();
  }

 private:
  struct Idle {
    std::vector<std::string> phrases;
    Decoder decoder;
  };
  std::mutex mutex_;
  std::list<Idle> idle_;
};

/// "zero(2)": how it was pronounced does not matter.
std::string plain_word(std::string_view word) { return std::string(word.substr(0, word.find('('))); }
bool is_filler(std::string_view word) { return word.empty() || word.front() == '<' || word.front() == '[' || word.starts_with("++"); }

class PooledDecoder final : public stt::LocalDecoder {
 public:
  explicit PooledDecoder(const std::vector<std::string>& phrases) : phrases_(phrases_in(phrases)), decoder_(Pool::of_process().take(phrases_)) {
    if (!decoder_) decoder_ = make_decoder(phrases_);
  }
  ~PooledDecoder() override { Pool::of_process().give_back(std::move(phrases_), std::move(decoder_)); }
  PooledDecoder(const PooledDecoder&) = delete;
  PooledDecoder& operator=(const PooledDecoder&) = delete;

  Recognition decode(audio::SampleView piece, Duration) override {
    const auto samples = audio::resample(piece, audio::canonical_rate_hz, rate_hz);
    // Noise statistics begin afresh with a stream, cepstral means with each whole utterance.
    const bool done = ps_start_stream(decoder_.get()) >= 0 && ps_start_utt(decoder_.get()) >= 0 &&
                      ps_process_raw(decoder_.get(), samples.data(), samples.size(), FALSE, TRUE) >= 0 && ps_end_utt(decoder_.get()) >= 0;
    if (!done) throw Error(ErrorKind::internal, "PocketSphinx failed while it decoded");
    return heard();
  }

 private:
  Recognition heard() const {
    Recognition found;
    std::vector<std::string> words;
    for (auto* segment = ps_seg_iter(decoder_.get()); segment; segment = ps_seg_next(segment)) {
      const std::string_view word = ps_seg_word(segment);
      if (is_filler(word)) continue;
      int first = 0, last = 0;
      ps_seg_frames(segment, &first, &last);
      words.push_back(plain_word(word));
      found.words.push_back({.text = words.back(), .start = first * frame, .end = (last + 1) * frame});
    }
    found.text = join(words, " ");
    return found;
  }

  std::vector<std::string> phrases_;
  Decoder decoder_;
};

}  // namespace

std::shared_ptr<stt::LocalDecoder> open_decoder(const std::vector<std::string>& phrases) { return std::make_shared<PooledDecoder>(phrases); }

}  // namespace antiphon::pocketsphinx
