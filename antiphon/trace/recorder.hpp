#pragma once

#include <deque>
#include <exception>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "antiphon/base/random.hpp"
#include "antiphon/base/task.hpp"
#include "antiphon/trace/span.hpp"

namespace antiphon::trace {

class ActiveSpan;

/// How much one run keeps. What is over it is counted, and its ids stay valid.
struct RecorderLimits {
  std::size_t spans = 10'000;
  std::size_t value_bytes = 16 * 1024;       ///< of one text; cut at a character, with its length told
  std::size_t text_bytes = 8 * 1024 * 1024;  ///< of all texts together
};

/// The spans of one run, in the order in which they began: one trace. Used on the run's thread only, so it needs no lock.
class Recorder : public std::enable_shared_from_this<Recorder> {
 public:
  /// @param clock used until `close`. @param ids decides the ids: the same stream, the same ids.
  Recorder(const Clock& clock, TraceId trace, RandomStream ids, RecorderLimits limits = {});

  /// Begins a span. @param shown see `Span::shown`; below a span that is not shown nothing is.
  ActiveSpan begin(std::string name, SpanKind kind = SpanKind::internal, SpanId parent = {}, bool shown = true);
  /// Takes a span out of what judges are shown, with all below it.
  void hide(SpanId id);
  /// Ends what is open; later calls of its spans change nothing. The clock may go then.
  void close();

  TraceId trace_id() const { return trace_; }
  const std::vector<Span>& spans() const { return spans_; }
  const Span* find(SpanId id) const;
  /// How many spans were over the limit.
  std::size_t dropped() const { return dropped_; }
  /// When the recorder was made.
  Clock::Time started() const { return started_; }
  Clock::Time now() const { return clock_ ? clock_->now() : ended_; }
  /// Grows when a span that had ended changes all the same.
  std::uint64_t revision() const { return revision_; }
  /// A copy of `key` that lives as long as this.
  std::string_view intern(std::string_view key);

 private:
  friend class ActiveSpan;
  Span* at(std::size_t index) { return clock_ && index < spans_.size() ? &spans_[index] : nullptr; }
  SpanId next_id();
  std::string kept(std::string text);

  const Clock* clock_;
  TraceId trace_;
  RandomStream ids_;
  RecorderLimits limits_;
  Clock::Time started_, ended_{};
  std::vector<Span> spans_;
  std::size_t dropped_ = 0, text_bytes_ = 0;
  std::uint64_t revision_ = 0;
  std::deque<std::string> interned_;
};

/// A span under way; it ends with its scope. A default one records nothing and costs nothing. May outlive the run.
class ActiveSpan {
 public:
  ActiveSpan() = default;
  ActiveSpan(ActiveSpan&& other) noexcept = default;
  ActiveSpan& operator=(ActiveSpan&& other) noexcept {
    end();
    recorder_ = std::move(other.recorder_), index_ = other.index_, id_ = other.id_, shown_ = other.shown_;
    return *this;
  }
  ~ActiveSpan() { end(); }

  explicit operator bool() const { return recorder_ != nullptr; }
  SpanId id() const { return id_; }
  bool shown() const { return shown_; }
  const std::shared_ptr<Recorder>& recorder() const { return recorder_; }

  /// @param value a boolean, a number, text or a list of texts.
  template <class T>
  ActiveSpan& set(std::string_view key, T&& value) {
    if (recorder_) put(key, to_value(std::forward<T>(value)));
    return *this;
  }
  ActiveSpan& add_event(std::string_view name, std::vector<Attribute> attributes = {});
  /// Its operation failed.
  void fail(std::exception_ptr error);
  void fail(std::string_view type, std::string message);
  void end();
  /// The W3C header that lets the far side's spans join (`00-TRACE-SPAN-01`). Empty for a default one.
  std::string traceparent() const;

 private:
  friend class Recorder;
  ActiveSpan(std::shared_ptr<Recorder> recorder, std::size_t index, SpanId id, bool shown)
      : recorder_(std::move(recorder)), index_(index), id_(id), shown_(shown) {}

  template <class T>
  static Value to_value(T&& value) {
    using Plain = std::remove_cvref_t<T>;
    if constexpr (std::is_same_v<Plain, bool>)
      return value;
    else if constexpr (std::is_integral_v<Plain>)
      return static_cast<std::int64_t>(value);
    else if constexpr (std::is_floating_point_v<Plain>)
      return static_cast<double>(value);
    else if constexpr (std::is_same_v<Plain, std::vector<std::string>>)
      return std::forward<T>(value);
    else
      return std::string(std::forward<T>(value));
  }
  void put(std::string_view key, Value value);
  Value kept(Value value);

  std::shared_ptr<Recorder> recorder_{};
  std::size_t index_ = 0;
  SpanId id_{};
  bool shown_ = true;
};

/// Where one participant's spans go: below the span of the call that it is in.
struct Scope {
  std::shared_ptr<Recorder> recorder{};
  SpanId parent{};
  bool shown = true;

  ActiveSpan begin(std::string name, SpanKind kind = SpanKind::internal) const {
    return recorder ? recorder->begin(std::move(name), kind, parent, shown) : ActiveSpan();
  }
};

/// A span in `scope`, or one that records nothing where there is none.
inline ActiveSpan begin(const Scope* scope, std::string name, SpanKind kind = SpanKind::internal) {
  return scope ? scope->begin(std::move(name), kind) : ActiveSpan();
}

/// Awaits `work`; the span, which the caller keeps, is told when it fails.
template <class T>
Task<T> within(ActiveSpan& span, Task<T> work) {
  try {
    co_return co_await std::move(work);
  } catch (...) {
    span.fail(std::current_exception());
    throw;
  }
}

}  // namespace antiphon::trace
