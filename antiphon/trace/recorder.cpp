#include "antiphon/trace/recorder.hpp"

#include <algorithm>
#include <typeinfo>

#include <fmt/format.h>
#include <boost/asio/error.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/trace/attributes.hpp"

namespace antiphon::trace {

namespace {

constexpr auto nowhere = static_cast<std::size_t>(-1);

// What went wrong as a word to count by: our own kind, else the exception's type.
std::string type_of(std::exception_ptr failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const Error& error) {
    return std::string(to_string(error.kind()));
  } catch (const boost::system::system_error& error) {
    return error.code() == asio::error::operation_aborted ? "cancelled" : "system_error";
  } catch (const std::exception& error) {
    return typeid(error).name();
  } catch (...) {
    return "_OTHER";  // OpenTelemetry's word for it
  }
}

}  // namespace

std::string to_string(SpanId id) { return fmt::format("{:016x}", id.value); }
std::string to_string(TraceId id) { return fmt::format("{:016x}{:016x}", id.high, id.low); }

const Value* Span::find(std::string_view key) const {
  const auto it = std::find_if(attributes.begin(), attributes.end(), [key](const Attribute& attribute) { return attribute.key == key; });
  return it == attributes.end() ? nullptr : &it->value;
}

Recorder::Recorder(const Clock& clock, TraceId trace, RandomStream ids, RecorderLimits limits)
    : clock_(&clock), trace_(trace), ids_(ids), limits_(limits), started_(clock.now()) {}

SpanId Recorder::next_id() {
  for (;;)
    if (const SpanId id{ids_.next()}) return id;
}

ActiveSpan Recorder::begin(std::string name, SpanKind kind, SpanId parent, bool shown) {
  const auto id = next_id();
  if (!clock_ || spans_.size() >= limits_.spans) {
    dropped_ += clock_ ? 1 : 0;
    return {shared_from_this(), nowhere, id, shown};
  }
  const auto now = clock_->now();
  auto& span = spans_.emplace_back();
  span.id = id, span.parent = parent, span.kind = kind, span.shown = shown, span.start = now, span.end = now;
  span.name = std::move(name);
  return {shared_from_this(), spans_.size() - 1, id, shown};
}

void Recorder::hide(SpanId id) {
  std::vector<SpanId> gone{id};
  // Children stand after their parent.
  for (auto& span : spans_) {
    const bool below = std::find(gone.begin(), gone.end(), span.parent) != gone.end();
    if (span.id != id && !below) continue;
    span.shown = false;
    if (below) gone.push_back(span.id);
  }
  ++revision_;
}

void Recorder::close() {
  if (!clock_) return;
  ended_ = clock_->now();
  for (auto& span : spans_)
    if (!span.ended) span.end = ended_, span.ended = true;
  clock_ = nullptr;
  ++revision_;
}

const Span* Recorder::find(SpanId id) const {
  const auto it = std::find_if(spans_.begin(), spans_.end(), [id](const Span& span) { return span.id == id; });
  return it == spans_.end() ? nullptr : &*it;
}

std::string_view Recorder::intern(std::string_view key) {
  const auto it = std::find(interned_.begin(), interned_.end(), key);
  return it != interned_.end() ? *it : interned_.emplace_back(key);
}

std::string Recorder::kept(std::string text) {
  if (!is_utf8(text)) text = repair_utf8(text);
  const auto whole = text.size();
  const auto room = std::min(limits_.value_bytes, limits_.text_bytes - std::min(limits_.text_bytes, text_bytes_));
  if (whole > room) text = fmt::format("{} ({} bytes)", cut(text, room), whole);
  text_bytes_ += std::min(whole, room);
  return text;
}

Value ActiveSpan::kept(Value value) {
  if (auto* text = std::get_if<std::string>(&value)) *text = recorder_->kept(std::move(*text));
  if (auto* list = std::get_if<std::vector<std::string>>(&value))
    for (auto& text : *list) text = recorder_->kept(std::move(text));
  return value;
}

void ActiveSpan::put(std::string_view key, Value value) {
  if (auto* span = recorder_->at(index_)) span->attributes.push_back({key, kept(std::move(value))});
}

ActiveSpan& ActiveSpan::add_event(std::string_view name, std::vector<Attribute> attributes) {
  auto* span = recorder_ ? recorder_->at(index_) : nullptr;
  if (!span) return *this;
  for (auto& attribute : attributes) attribute.value = kept(std::move(attribute.value));
  span->events.push_back({name, recorder_->now(), std::move(attributes)});
  return *this;
}

void ActiveSpan::fail(std::exception_ptr error) {
  if (recorder_ && recorder_->at(index_)) fail(type_of(error), describe(error));
}

void ActiveSpan::fail(std::string_view type, std::string message) {
  auto* span = recorder_ ? recorder_->at(index_) : nullptr;
  if (!span) return;
  span->status = SpanStatus::error;
  span->status_message = recorder_->kept(std::move(message));
  put(attr::error_type, std::string(type));
}

void ActiveSpan::end() {
  if (!recorder_) return;
  if (auto* span = recorder_->at(index_)) span->end = recorder_->now(), span->ended = true;
  recorder_.reset();
}

std::string ActiveSpan::traceparent() const { return recorder_ ? fmt::format("00-{}-{}-01", to_string(recorder_->trace_id()), to_string(id_)) : std::string(); }

}  // namespace antiphon::trace
