#include "antiphon/providers/llm/model_caller.hpp"

namespace antiphon {

Task<ChatResponse> ModelCaller::ask(ChatRequest request, Deadline deadline) {
  if (!request.temperature) request.temperature = settings_.temperature;
  if (!request.max_tokens) request.max_tokens = settings_.max_tokens;
  meter_.require_budget();
  // Stays set when the call is cancelled: whoever looks for the party to blame looks after that.
  waiting_ = true;
  const auto role = request.tags.role;
  auto response = co_await model_->complete(std::move(request), deadline);
  waiting_ = false;
  response.usage.calls = 1;
  meter_.add(role, settings_.model, response.usage, price_ ? std::optional(cost_usd(*price_, response.usage)) : std::nullopt);
  co_return response;
}

}  // namespace antiphon
