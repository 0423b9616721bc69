#include "antiphon/providers/llm/traced_model.hpp"

#include "antiphon/trace/attributes.hpp"

namespace antiphon {

namespace attr = trace::attr;

namespace {

void tell_answer(trace::ActiveSpan& span, const ChatResponse& response) {
  if (!response.finish_reason.empty()) span.set(attr::finish_reasons, std::vector<std::string>{response.finish_reason});
  span.set(attr::input_tokens, response.usage.input_tokens).set(attr::output_tokens, response.usage.output_tokens);
  const auto tell = [&span](std::string_view name, std::int64_t count) {
    if (count > 0) span.set(name, count);
  };
  tell(attr::cached_input_tokens, response.usage.cached_input_tokens);
  tell(attr::cache_write_tokens, response.usage.cache_write_tokens);
  tell(attr::reasoning_tokens, response.usage.reasoning_tokens);
  if (response.from_cassette) span.set(attr::answered_from, std::string_view("cassette"));
  if (response.from_cache) span.set(attr::answered_from, std::string_view("cache"));
}

/// A stream whose span ends with it.
class TracedStream final : public ChatStream {
 public:
  TracedStream(std::unique_ptr<ChatStream> inner, trace::ActiveSpan span) : inner_(std::move(inner)), span_(std::move(span)) {}

  Task<std::optional<ChatDelta>> next(Deadline deadline) override {
    auto piece = co_await trace::within(span_, inner_->next(deadline));
    if (!piece) {
      tell_answer(span_, inner_->response());
      span_.end();
    }
    co_return piece;
  }
  ChatResponse response() const override { return inner_->response(); }

 private:
  std::unique_ptr<ChatStream> inner_;
  trace::ActiveSpan span_;
};

}  // namespace

trace::ActiveSpan TracedModel::begin(const ChatRequest& request) const {
  const std::string& name = inner_->name();
  auto span = spans_->begin("chat " + name, trace::SpanKind::client);
  const auto slash = name.find('/');
  span.set(attr::operation, std::string_view("chat")).set(attr::provider, std::string_view(name).substr(0, slash));
  span.set(attr::request_model, std::string_view(name).substr(slash == std::string::npos ? 0 : slash + 1));
  if (request.temperature) span.set(attr::request_temperature, *request.temperature);
  if (request.max_tokens) span.set(attr::request_max_tokens, *request.max_tokens);
  return span;
}

Task<ChatResponse> TracedModel::complete(ChatRequest request, Deadline deadline) {
  auto span = begin(request);
  auto response = co_await trace::within(span, inner_->complete(std::move(request), deadline));
  tell_answer(span, response);
  co_return response;
}

Task<std::unique_ptr<ChatStream>> TracedModel::stream(ChatRequest request, Deadline deadline) {
  auto span = begin(request);
  auto stream = co_await trace::within(span, inner_->stream(std::move(request), deadline));
  co_return std::make_unique<TracedStream>(std::move(stream), std::move(span));
}

}  // namespace antiphon
