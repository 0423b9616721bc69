#include "antiphon/providers/stt/local/gated_stream.hpp"

#include <algorithm>

#include "antiphon/base/compute.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/providers/stt/local/speech_spans.hpp"

namespace antiphon::stt {

namespace {

using audio::samples_in;

constexpr auto early_quiet = std::chrono::milliseconds(200);
constexpr auto between_partials = std::chrono::milliseconds(500);

audio::VoiceSettings closing_early(audio::VoiceSettings settings) {
  settings.timing.hangover = early_quiet;
  return settings;
}

/// The words with which both begin.
std::string common_words(const std::string& one, const std::string& other) {
  const auto a = split(one, ' '), b = split(other, ' ');
  std::size_t count = 0;
  while (count < std::min(a.size(), b.size()) && a[count] == b[count]) ++count;
  return join(std::span(a).first(count), " ");
}

}  // namespace

GatedStream::GatedStream(Runtime& runtime, std::shared_ptr<LocalDecoder> decoder, const StreamSettings& settings)
    : runtime_(runtime), decoder_(std::move(decoder)), settings_(settings), detector_(settings.detector) {
  // In virtual time a result that comes before it is asked for is worth nothing.
  if (!runtime.clock.is_virtual() && settings.detector.timing.hangover > early_quiet) early_.emplace(closing_early(settings.detector));
}

// --- Listening -----------------------------------------------------------------------------------------------------------------------------

Task<> GatedStream::feed(audio::Samples samples, Deadline) {
  if (finished_) throw Error(ErrorKind::closed, "audio was handed to a recognition that was finished");
  kept_.insert(kept_.end(), samples.begin(), samples.end());
  const auto edges = detector_.feed(samples);
  if (early_) {
    // Of one piece both may tell an end: the early one first, or it comes too late to be of use.
    const auto early = early_->feed(samples);
    if (open_) take_early_edges(early);
  }
  take_edges(edges, true);
  cut_until(now());
  ask_for_partial();
  forget_old();
  ring();
  co_return;
}

Task<> GatedStream::finish(Deadline) {
  if (!finished_) take_edges(detector_.finish(), false);
  finished_ = true;
  ring();
  co_return;
}

void GatedStream::take_edges(const std::vector<audio::VoiceEdge>& edges, bool told_late) {
  for (const auto& edge : edges) {
    const auto wait = edge.starts ? settings_.detector.timing.onset : settings_.detector.timing.hangover;
    cut_until(told_late ? std::min(now(), edge.at + samples_in(wait)) : now());
    if (edge.starts)
      open_utterance(edge.at);
    else if (open_)
      close_utterance(edge.at);
  }
}

void GatedStream::take_early_edges(const std::vector<audio::VoiceEdge>& edges) {
  for (const auto& edge : edges)
    if (!edge.starts && edge.at > voiced_from_)
      add_job(Job::Kind::early, std::min(now(), edge.at + samples_in(lead_out)), audio::duration_of(edge.at - voiced_from_), true);
}

void GatedStream::open_utterance(std::size_t at) {
  open_ = true;
  voiced_from_ = at;
  from_ = std::max({base_, last_to_, at - std::min(at, samples_in(lead_in))});
  next_partial_ = at + samples_in(between_partials);
  last_attempt_.clear(), told_.clear();
}

void GatedStream::close_utterance(std::size_t at) {
  const auto to = std::min(now(), at + samples_in(lead_out));
  add_job(Job::Kind::final, std::max(to, from_), audio::duration_of(at - std::min(at, voiced_from_)), true);
  last_to_ = to;
  open_ = false;
}

void GatedStream::cut_until(std::size_t position) {
  const auto longest = samples_in(longest_piece);
  while (open_ && position > from_ + longest) {
    const auto cut = base_ + quietest_place(kept_, from_ - base_ + longest / 2, from_ - base_ + longest);
    add_job(Job::Kind::final, cut, audio::duration_of(cut - from_), false);
    from_ = voiced_from_ = last_to_ = cut;
    next_partial_ = cut + samples_in(between_partials);
  }
}

void GatedStream::ask_for_partial() {
  if (!open_ || !settings_.partials || now() < next_partial_) return;
  next_partial_ = now() + samples_in(between_partials);
  std::erase_if(jobs_, [](const Job& job) { return job.kind == Job::Kind::partial; });
  add_job(Job::Kind::partial, now(), audio::duration_of(now() - voiced_from_), false);
}

void GatedStream::add_job(Job::Kind kind, std::size_t to, Duration speech, bool ends) {
  Job job{.kind = kind, .from = from_, .to = to, .speech = speech, .ends = ends};
  if (speech >= shortest_speech)
    job.samples.assign(kept_.begin() + static_cast<std::ptrdiff_t>(from_ - base_), kept_.begin() + static_cast<std::ptrdiff_t>(to - base_));
  jobs_.push_back(std::move(job));
}

void GatedStream::forget_old() {
  constexpr auto slack = std::chrono::milliseconds(1500);  // a start is told up to a second late
  const auto needed = open_ ? from_ : now() - std::min(now(), samples_in(slack));
  // In big steps: to move what remains costs more than to keep a little.
  if (needed < base_ + samples_in(std::chrono::seconds(2))) return;
  kept_.erase(kept_.begin(), kept_.begin() + static_cast<std::ptrdiff_t>(needed - base_));
  base_ = needed;
}

void GatedStream::ring() {
  if (const auto waiting = std::exchange(waiting_, nullptr)) waiting->stop();
}

// --- Understanding -------------------------------------------------------------------------------------------------------------------------

Task<std::optional<RecognitionEvent>> GatedStream::next(Deadline deadline) {
  for (;;) {
    if (!events_.empty()) {
      auto event = std::move(events_.front());
      events_.pop_front();
      co_return event;
    }
    if (!jobs_.empty()) {
      auto job = std::move(jobs_.front());
      jobs_.pop_front();
      if (!is_stale(job)) co_await at_most(runtime_.clock, deadline, work_on(std::move(job)), Error(ErrorKind::timeout, "recognition took longer than it may"));
      continue;
    }
    if (finished_) co_return std::nullopt;
    co_await wait(deadline);
  }
}

bool GatedStream::is_stale(const Job& job) const {
  if (job.kind == Job::Kind::final) return false;
  return std::any_of(jobs_.begin(), jobs_.end(),
                     [&](const Job& later) { return later.kind == Job::Kind::final && (later.from != job.from || later.to != job.to); });
}

Task<Recognition> GatedStream::decode(const Job& job) {
  if (job.samples.empty()) co_return Recognition{};
  if (known_early_ && known_early_->from == job.from && known_early_->to == job.to) co_return known_early_->heard;
  auto heard =
      co_await compute<Recognition>(runtime_, [decoder = decoder_, samples = job.samples, speech = job.speech] { return decoder->decode(samples, speech); });
  for (auto& word : heard.words) word.start += audio::duration_of(job.from), word.end += audio::duration_of(job.from);
  co_return heard;
}

Task<> GatedStream::work_on(Job job) {
  auto heard = co_await decode(job);
  switch (job.kind) {
    case Job::Kind::partial: tell_partial(heard.text); break;
    case Job::Kind::early: known_early_ = Early{.from = job.from, .to = job.to, .heard = std::move(heard)}; break;
    case Job::Kind::final: tell_final(std::move(heard), job.ends); break;
  }
}

void GatedStream::tell_partial(const std::string& text) {
  auto agreed = common_words(last_attempt_, text);
  last_attempt_ = text;
  if (agreed.empty() || agreed == told_) return;
  told_ = agreed;
  events_.push_back({.kind = RecognitionEvent::Kind::partial, .heard = {.text = std::move(agreed)}});
}

void GatedStream::tell_final(Recognition heard, bool ends) {
  known_early_.reset();
  if (!heard.text.empty()) {
    heard_something_ = true;
    events_.push_back({.kind = RecognitionEvent::Kind::final, .heard = std::move(heard)});
  }
  // A cough is no utterance.
  if (ends && std::exchange(heard_something_, false)) events_.push_back({.kind = RecognitionEvent::Kind::end_of_utterance});
}

Task<> GatedStream::wait(Deadline deadline) {
  const auto waiting = std::make_shared<Stoppable>();
  waiting_ = waiting;
  try {
    co_await waiting->run(runtime_.clock.sleep_until(deadline.at));
  } catch (...) {
    if (waiting->stopped()) co_return;
    waiting_ = nullptr;
    throw;
  }
  waiting_ = nullptr;
  throw Error(ErrorKind::timeout, "nothing was said in time");
}

}  // namespace antiphon::stt
