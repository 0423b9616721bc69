#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "antiphon/base/clock.hpp"

/// What happened in a run, as spans: who was asked, for how long, what with, what came of it. Names follow OpenTelemetry.
namespace antiphon::trace {

/// 64 bits; 0 is none.
struct SpanId {
  std::uint64_t value = 0;
  explicit operator bool() const { return value != 0; }
  bool operator==(const SpanId&) const = default;
};
/// 128 bits.
struct TraceId {
  std::uint64_t high = 0, low = 0;
  bool operator==(const TraceId&) const = default;
};
/// 16 and 32 hexadecimal digits.
std::string to_string(SpanId id);
std::string to_string(TraceId id);

enum class SpanKind { internal, server, client, producer, consumer };
enum class SpanStatus { unset, ok, error };

using Value = std::variant<bool, std::int64_t, double, std::string, std::vector<std::string>>;

/// `key` outlives the recorder: a literal (see attributes.hpp), or a copy that `Recorder::intern` keeps.
struct Attribute {
  std::string_view key{};
  Value value{};
};

struct Event {
  std::string_view name{};
  Clock::Time at{};
  std::vector<Attribute> attributes{};
};

/// One operation. Immutable once it has ended, but for `shown`.
struct Span {
  SpanId id{}, parent{};
  std::string name{};
  SpanKind kind = SpanKind::internal;
  SpanStatus status = SpanStatus::unset;
  bool ended = false;
  bool shown = true;           ///< to judges; false for what is no work of the agent's, and for what was rolled back
  Clock::Time start{}, end{};  ///< on the run's clock
  std::string status_message{};
  std::vector<Attribute> attributes{};
  std::vector<Event> events{};

  const Value* find(std::string_view key) const;
};

}  // namespace antiphon::trace
