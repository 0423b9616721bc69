#pragma once

#include <array>
#include <cmath>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "antiphon/base/channel.hpp"
#include "antiphon/base/runtime.hpp"
#include "antiphon/gateway/testing/played_caller.hpp"
#include "antiphon/providers/stt/speech_to_text.hpp"

/// Speech whose words are levels, and a recogniser that understands it: what is lost or heard twice shows in the text. For tests alone.
namespace antiphon::gateway::testing {

inline const std::array<std::string, 8>& level_words() {
  static const std::array<std::string, 8> words{"zero", "one", "two", "three", "four", "five", "six", "seven"};
  return words;
}
inline double level_of(int word) { return 3000 + 2000.0 * word; }

/// Words of 300 ms with 100 ms of silence behind each, too short for an end of speech.
inline audio::Samples spoken(const std::vector<int>& words) {
  audio::Samples all;
  for (const int word : words) {
    for (std::size_t i = 0; i < audio::samples_in(std::chrono::milliseconds(300)); ++i)
      all.push_back(audio::to_sample(level_of(word) * std::sin(2 * std::numbers::pi * 200 * static_cast<double>(i) / audio::canonical_rate_hz)));
    all.resize(all.size() + audio::samples_in(std::chrono::milliseconds(100)));
  }
  return all;
}

/// How one stream of it behaves; what is not set does not happen.
struct LevelStreamPlan {
  bool refuses = false;                ///< it cannot be opened
  bool stalls = false;                 ///< it takes everything and tells nothing, not even that it has finished
  std::optional<Duration> breaks{};    ///< after so much audio
  std::optional<Duration> hangs_up{};  ///< so long after it was opened
  Duration answers_after{0};           ///< a word; after its end and 60 ms of silence
  bool partials = false;               ///< words are partial until 400 ms of silence
  bool finals_at_end = false;          ///< those stay partial until it is asked to finish
  Duration finishes_after{0};          ///< it was asked to; what it is fed meanwhile it does not hear
  std::optional<Duration> ends{};      ///< it thinks that the speaker has finished after so much silence
};

class LevelEar final : public SpeechToText {
 public:
  LevelEar(Runtime& runtime, std::vector<LevelStreamPlan> plans, bool streaming = true, std::string name = "levels")
      : runtime_(runtime), plans_(plans.begin(), plans.end()), name_(std::move(name)) {
    capabilities_.streaming = streaming;
  }

  Task<Recognition> transcribe(audio::Samples samples, RecognitionSettings, Deadline) override {
    ++transcribed;
    longest = std::max(longest, samples.size());
    const auto plan = next_plan();
    if (plan.refuses) throw Error(ErrorKind::unavailable, name_ + " is not there");
    co_await runtime_.clock.sleep_for(plan.answers_after);
    Words words;
    words.feed(samples);
    words.feed(audio::Samples(audio::samples_in(std::chrono::milliseconds(100))));
    Recognition heard;
    for (const auto& word : words.take()) heard.text += (heard.text.empty() ? "" : " ") + word.text;
    co_return heard;
  }
  Task<std::unique_ptr<RecognitionStream>> open(RecognitionSettings, Deadline) override {
    ++opened;
    const auto plan = next_plan();
    if (plan.refuses) throw Error(ErrorKind::unavailable, name_ + " is not there");
    co_return std::make_unique<Stream>(runtime_.clock, plan);
  }
  const RecognitionCapabilities& capabilities() const override { return capabilities_; }
  const std::string& name() const override { return name_; }

  int opened = 0, transcribed = 0;
  std::size_t longest = 0;

 private:
  LevelStreamPlan next_plan() {  // the last one goes on
    auto plan = plans_.front();
    if (plans_.size() > 1) plans_.pop_front();
    return plan;
  }

  /// Finds the words in blocks of 5 ms.
  class Words {
   public:
    void feed(const audio::Samples& samples) {
      waiting_.insert(waiting_.end(), samples.begin(), samples.end());
      std::size_t used = 0;
      for (; used + block <= waiting_.size(); used += block) judge(audio::SampleView(waiting_).subspan(used, block));
      waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(used));
    }
    std::vector<RecognisedWord> take() { return std::exchange(words_, {}); }
    Duration quiet() const { return std::chrono::milliseconds(5) * quiet_; }

   private:
    static constexpr std::size_t block = audio::canonical_rate_hz / 200;

    void judge(audio::SampleView samples) {
      double peak = 0;
      for (const double sample : samples) peak = std::max(peak, std::abs(sample));
      ++at_;
      if (peak > 1000) {
        if (quiet_ > 0 || loud_ == 0) peak_ = 0;
        peak_ = std::max(peak_, peak);
        ++loud_, quiet_ = 0;
        return;
      }
      if (++quiet_ < 12 || loud_ == 0) return;
      // Half a word is none.
      const auto word = static_cast<std::size_t>(std::lround((peak_ - 3000) / 2000));
      if (loud_ >= 50 && word < level_words().size())
        words_.push_back({.text = level_words().at(word), .start = length(at_ - quiet_ - loud_), .end = length(at_ - quiet_)});
      loud_ = 0;
    }
    static Duration length(int blocks) { return std::chrono::milliseconds(5) * std::max(blocks, 0); }

    audio::Samples waiting_;
    std::vector<RecognisedWord> words_;
    double peak_ = 0;
    int at_ = 0, loud_ = 0, quiet_ = 0;
  };

  class Stream final : public RecognitionStream {
   public:
    Stream(Clock& clock, LevelStreamPlan plan) : clock_(clock), plan_(plan) {
      if (plan_.hangs_up) hang_up_.emplace(clock_, clock_.now() + *plan_.hangs_up, [this] { events_.push({.broken = true}); });
    }

    Task<> feed(audio::Samples samples, Deadline) override {
      if (broken_) throw broken();
      fed_ += samples.size();
      if (!plan_.stalls && !finishing_) understand(samples);
      if (plan_.breaks && audio::duration_of(fed_) >= *plan_.breaks) {
        broken_ = true;
        events_.push({.broken = true});
      }
      co_return;
    }
    void understand(const audio::Samples& samples) {
      words_.feed(samples);
      for (auto& word : words_.take()) tell(std::move(word));
      if (!partial_.empty() && !plan_.finals_at_end && words_.quiet() >= std::chrono::milliseconds(400)) tell_final(std::exchange(partial_, {}));
      if (plan_.ends && said_ && words_.quiet() >= *plan_.ends) {
        said_ = false;
        events_.push({.event = RecognitionEvent{RecognitionEvent::Kind::end_of_utterance}});
      }
    }
    Task<> finish(Deadline) override {
      if (plan_.stalls) co_return;
      finishing_ = true;
      const auto due = clock_.now() + plan_.finishes_after;
      if (!partial_.empty()) events_.push({.event = RecognitionEvent{RecognitionEvent::Kind::final, heard(std::exchange(partial_, {}))}, .due = due});
      events_.push({.due = due});
      co_return;
    }
    Task<std::optional<RecognitionEvent>> next(Deadline deadline) override {
      auto told = co_await events_.pop(clock_, deadline, Error(ErrorKind::timeout, "nothing was heard"));
      if (told.broken) throw broken();
      if (told.due > clock_.now()) co_await clock_.sleep_until(told.due);
      co_return told.event;
    }

   private:
    struct Told {
      std::optional<RecognitionEvent> event{};
      Clock::Time due{0};
      bool broken = false;
    };
    static Error broken() { return {ErrorKind::closed, "the connection broke"}; }

    void tell(RecognisedWord word) {
      said_ = true;
      if (!plan_.partials) return tell_final({std::move(word)});
      partial_.push_back(std::move(word));
      events_.push({.event = RecognitionEvent{RecognitionEvent::Kind::partial, heard(partial_)}, .due = clock_.now() + plan_.answers_after});
    }
    void tell_final(std::vector<RecognisedWord> words) {
      events_.push({.event = RecognitionEvent{RecognitionEvent::Kind::final, heard(words)}, .due = clock_.now() + plan_.answers_after});
    }
    static Recognition heard(const std::vector<RecognisedWord>& words) {
      Recognition all;
      for (const auto& word : words) all.text += (all.text.empty() ? "" : " ") + word.text;
      all.words = words;
      return all;
    }

    Clock& clock_;
    LevelStreamPlan plan_;
    Words words_;
    std::size_t fed_ = 0;
    bool said_ = false, broken_ = false, finishing_ = false;
    std::vector<RecognisedWord> partial_;
    Channel<Told> events_;
    std::optional<ScopedAlarm> hang_up_;
  };

  Runtime& runtime_;
  std::deque<LevelStreamPlan> plans_;
  std::string name_;
  RecognitionCapabilities capabilities_{};
};

}  // namespace antiphon::gateway::testing
