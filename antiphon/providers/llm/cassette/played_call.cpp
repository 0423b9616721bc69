#include "antiphon/providers/llm/cassette/played_call.hpp"

#include <algorithm>
#include <cmath>

#include <boost/system/system_error.hpp>

#include "antiphon/providers/llm/wire/usage.hpp"

namespace antiphon {

namespace {

// Long after everybody stopped waiting.
constexpr auto forever = std::chrono::hours(24);

json::value hidden(const json::value& value, const Secrets* secrets) { return secrets ? secrets->hidden(value) : value; }

bool is_waited_for(const Clock& clock, std::string_view role) { return clock.is_virtual() || role == "agent"; }

Error late() { return Error(ErrorKind::timeout, "no answer in time").with_party(Party::provider); }

constexpr std::pair<const char*, std::int64_t Usage::*> counts[] = {
    {"input_tokens", &Usage::input_tokens},
    {"output_tokens", &Usage::output_tokens},
    {"cached_input_tokens", &Usage::cached_input_tokens},
    {"cache_write_tokens", &Usage::cache_write_tokens},
    {"reasoning_tokens", &Usage::reasoning_tokens},
    {"audio_input_tokens", &Usage::audio_input_tokens},
    {"audio_output_tokens", &Usage::audio_output_tokens},
};

// The two that everybody tells, and of the others those that were told.
json::object usage_json(const Usage& usage) {
  json::object out;
  for (const auto& [name, count] : counts)
    if (usage.*count != 0 || out.size() < 2) out.emplace(name, usage.*count);
  return out;
}

Usage usage_from(const json::value& value) {
  Usage usage;
  for (const auto& [name, count] : counts) usage.*count = wire::count(value, name);
  return usage;
}

struct Piece {
  Duration at{};
  std::string text;
};

std::vector<Piece> pieces_of(const RecordedCall& call) {
  std::vector<Piece> pieces;
  if (const auto* list = call.answer.if_contains("pieces"); list && list->is_array()) {
    for (const auto& item : list->get_array()) {
      const auto* pair = item.if_array();
      if (!pair || pair->size() != 2 || !(*pair)[0].is_number() || !(*pair)[1].is_string())
        throw Error(ErrorKind::protocol, "a piece of a recorded stream is none");
      pieces.push_back({Duration(std::llround((*pair)[0].to_number<double>() * 1e9)), std::string((*pair)[1].get_string())});
    }
  } else if (const auto* message = call.answer.if_contains("message")) {
    if (auto text = Message(*message).text(); !text.empty()) pieces.push_back({call.latency, std::move(text)});
  }
  return pieces;
}

class PlayedStream final : public ChatStream {
 public:
  PlayedStream(RecordedCall call, Remembered source, Clock& clock, std::string role)
      : call_(std::move(call)), source_(source), clock_(clock), role_(std::move(role)), began_(clock.now()), pieces_(pieces_of(call_)) {}

  Task<> wait_for_first(Deadline deadline) {
    if (pieces_.empty() && !call_.answer.contains("message")) co_await wait_for_failure(call_, clock_, role_, began_, deadline);
    co_await wait_until(clock_, role_, began_ + (pieces_.empty() ? call_.latency : pieces_.front().at), deadline);
  }
  Task<std::optional<ChatDelta>> next(Deadline deadline) override {
    if (at_ < pieces_.size()) {
      co_await wait_until(clock_, role_, began_ + pieces_[at_].at, deadline);
      co_return ChatDelta{pieces_[at_++].text};
    }
    if (!call_.answer.contains("message")) co_await wait_for_failure(call_, clock_, role_, began_, deadline);
    co_await wait_until(clock_, role_, began_ + call_.latency, deadline);
    co_return std::nullopt;
  }
  ChatResponse response() const override { return answer_from(call_.answer, source_); }

 private:
  RecordedCall call_;
  Remembered source_;
  Clock& clock_;
  std::string role_;
  Clock::Time began_;
  std::vector<Piece> pieces_;
  std::size_t at_ = 0;
};

class RecordingStream final : public ChatStream {
 public:
  RecordingStream(std::unique_ptr<ChatStream> inner, RecordedCall call, KeepCall keep, Clock& clock, Clock::Time began, const Secrets* secrets)
      : inner_(std::move(inner)), call_(std::move(call)), keep_(std::move(keep)), clock_(clock), began_(began), secrets_(secrets) {}

  Task<std::optional<ChatDelta>> next(Deadline deadline) override {
    std::exception_ptr other;
    try {
      auto piece = co_await inner_->next(deadline);
      if (piece)
        pieces_.push_back({clock_.now() - began_, piece->text});
      else
        finish(answer_json(inner_->response(), secrets_), {});
      co_return piece;
    } catch (const Error& error) {
      finish({}, error);
      other = std::current_exception();
    } catch (...) {
      finish({}, {});
      other = std::current_exception();
    }
    std::rethrow_exception(other);
  }
  ChatResponse response() const override { return inner_->response(); }

 private:
  static double to_s(Duration duration) { return std::chrono::duration<double>(duration).count(); }

  void finish(json::object answer, const std::optional<Error>& failure) {
    if (!keep_) return;
    call_.latency = clock_.now() - began_;
    call_.answer = std::move(answer);
    if (!pieces_.empty()) call_.answer["pieces"] = hidden_pieces();
    call_.failure = without_secrets(failure, secrets_);
    std::exchange(keep_, nullptr)(std::move(call_));
  }

  // A secret may lie across several pieces: then they become one.
  json::array hidden_pieces() const {
    std::string whole;
    for (const auto& piece : pieces_) whole += piece.text;
    auto safe = secrets_ ? secrets_->hidden(whole) : whole;
    json::array list;
    if (safe != whole)
      list.push_back(json::array{to_s(pieces_.front().at), std::move(safe)});
    else
      for (const auto& piece : pieces_) list.push_back(json::array{to_s(piece.at), json::string(piece.text)});
    return list;
  }

  std::unique_ptr<ChatStream> inner_;
  RecordedCall call_;
  KeepCall keep_;
  Clock& clock_;
  Clock::Time began_;
  const Secrets* secrets_;
  std::vector<Piece> pieces_;
};

}  // namespace

std::optional<Error> without_secrets(const std::optional<Error>& failure, const Secrets* secrets) {
  if (!failure || !secrets) return failure;
  Error error = Error(failure->kind(), secrets->hidden(failure->message())).with_hint(secrets->hidden(failure->hint()));
  if (failure->party()) error = Error(std::move(error).with_party(*failure->party()));
  if (failure->status()) error = Error(std::move(error).with_status(*failure->status()));
  return Error(std::move(error).with_retry_after(failure->retry_after()));
}

Task<> wait_until(Clock& clock, std::string role, Clock::Time at, Deadline deadline) {
  if (!is_waited_for(clock, role)) co_return;
  if (at < deadline.at) {
    co_await clock.sleep_until(at);
    co_return;
  }
  co_await clock.sleep_until(deadline.at);
  throw late();
}

Task<> wait_for_failure(RecordedCall call, Clock& clock, std::string role, Clock::Time began, Deadline deadline) {
  if (is_waited_for(clock, role)) {
    // One that nobody answered is cut off by whoever cut it off when it was recorded.
    const auto at = call.failure ? began + call.latency : deadline.is_never() ? began + forever : deadline.at + forever;
    co_await clock.sleep_until(call.failure ? std::min(at, deadline.at) : at);
  }
  if (call.failure) throw *call.failure;
  throw Error(ErrorKind::timeout, "there was no answer when this call was recorded").with_party(Party::provider);
}

json::object answer_json(const ChatResponse& response, const Secrets* secrets) {
  json::object answer{
      {"message", hidden(response.message.json(), secrets)}, {"finish_reason", json::string(response.finish_reason)}, {"usage", usage_json(response.usage)}};
  if (!response.earlier.empty()) {
    json::array earlier;
    for (const auto& message : response.earlier) earlier.push_back(hidden(message.json(), secrets));
    answer["earlier"] = std::move(earlier);
  }
  return answer;
}

ChatResponse answer_from(json::object answer, Remembered source) {
  auto* message = answer.if_contains("message");
  if (!message) throw Error(ErrorKind::protocol, "the recorded answer holds no message").with_party(Party::harness);
  ChatResponse response{.message = Message(std::move(*message)), .finish_reason = find_string(answer, "finish_reason").value_or("")};
  if (const auto* usage = answer.if_contains("usage")) response.usage = usage_from(*usage);
  if (const auto* earlier = answer.if_contains("earlier"); earlier && earlier->is_array())
    for (const auto& each : earlier->get_array()) response.earlier.emplace_back(each);
  response.from_cassette = source == Remembered::cassette;
  response.from_cache = source == Remembered::cache;
  return response;
}

Task<ChatResponse> play_whole(RecordedCall call, Remembered source, Clock& clock, std::string role, Deadline deadline) {
  const auto began = clock.now();
  if (call.failure || !call.answer.contains("message")) co_await wait_for_failure(call, clock, role, began, deadline);
  co_await wait_until(clock, std::move(role), began + call.latency, deadline);
  co_return answer_from(std::move(call.answer), source);
}

Task<std::unique_ptr<ChatStream>> play_stream(RecordedCall call, Remembered source, Clock& clock, std::string role, Deadline deadline) {
  auto stream = std::make_unique<PlayedStream>(std::move(call), source, clock, std::move(role));
  co_await stream->wait_for_first(deadline);
  co_return stream;
}

Task<ChatResponse> record_whole(LanguageModel* model, ChatRequest request, Deadline deadline, RecordedCall call, KeepCall keep, Clock& clock,
                                const Secrets* secrets) {
  const auto began = clock.now();
  std::exception_ptr thrown;
  try {
    auto response = co_await model->complete(std::move(request), deadline);
    call.latency = clock.now() - began;
    call.answer = answer_json(response, secrets);
    keep(std::move(call));
    co_return response;
  } catch (const Error& error) {
    call.failure = without_secrets(error, secrets);
    thrown = std::current_exception();
  } catch (...) {
    thrown = std::current_exception();  // nobody waited any more
  }
  call.latency = clock.now() - began;
  keep(std::move(call));
  std::rethrow_exception(thrown);
}

Task<std::unique_ptr<ChatStream>> record_stream(LanguageModel* model, ChatRequest request, Deadline deadline, RecordedCall call, KeepCall keep, Clock& clock,
                                                const Secrets* secrets) {
  const auto began = clock.now();
  std::exception_ptr thrown;
  try {
    auto inner = co_await model->stream(std::move(request), deadline);
    co_return std::make_unique<RecordingStream>(std::move(inner), std::move(call), std::move(keep), clock, began, secrets);
  } catch (const Error& error) {
    call.failure = without_secrets(error, secrets);
    thrown = std::current_exception();
  } catch (...) {
    thrown = std::current_exception();
  }
  call.latency = clock.now() - began;
  keep(std::move(call));
  std::rethrow_exception(thrown);
}

}  // namespace antiphon
