#include "antiphon/providers/llm/rules/rules_model.hpp"

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/net/http_status.hpp"

namespace antiphon::rules {

namespace {

Error cut_error(const Fault& fault, const std::string& model) {
  return Error(ErrorKind::closed, fmt::format("{}: cut off after {} bytes, as its rule says", model, *fault.cut_after)).with_party(Party::provider);
}

class RulesStream final : public ChatStream {
 public:
  RulesStream(Answer answer, std::string model) : answer_(std::move(answer)), model_(std::move(model)), pieces_(pieces_of(answer_.response.message.text())) {}

  Task<std::optional<ChatDelta>> next(Deadline) override {
    const bool cut = answer_.fault && answer_.fault->cut_after;
    if (cut && sent_ >= *answer_.fault->cut_after) throw cut_error(*answer_.fault, model_);
    if (at_ == pieces_.size()) {
      if (cut) throw cut_error(*answer_.fault, model_);
      co_return std::nullopt;
    }
    auto piece = pieces_[at_++];
    if (cut) piece = piece.substr(0, *answer_.fault->cut_after - sent_);
    sent_ += piece.size();
    co_return ChatDelta{std::move(piece)};
  }
  ChatResponse response() const override { return answer_.response; }

 private:
  Answer answer_;
  std::string model_;
  std::vector<std::string> pieces_;
  std::size_t at_ = 0;
  std::size_t sent_ = 0;
};

}  // namespace

Error fault_error(const Fault& fault, const std::string& model) {
  const int status = fault.status.value_or(500);
  return Error(error_kind_of(status), fmt::format("{}: HTTP {}: a fault, as its rule says", model, status))
      .with_status(status)
      .with_party(Party::provider)
      .with_retry_after(fault.retry_after);
}

RulesModel::RulesModel(std::shared_ptr<const RulesFile> file, std::string name, Clock& clock, std::uint64_t seed, const std::string& scenario_id)
    : file_(std::move(file)), name_(std::move(name)), clock_(clock), choices_(seed, scenario_id, "rules reply"), timings_(seed, scenario_id, "rules latency") {}

Task<Answer> RulesModel::answer_in_time(ChatRequest request, Deadline deadline) {
  const auto& role = request.tags.role;
  State rebuilt;
  auto& state = is_tagged(request.tags) ? states_[{request.tags.thread_id, role}] : rebuilt = replay(*file_, request, name_);
  auto made = answer(*file_, request, name_, state, choices_.of(role), timings_.of(role));
  auto wait = made.latency;
  if (made.fault && made.fault->stall) wait += *made.fault->stall;
  if (wait >= deadline.left(clock_)) {
    co_await clock_.sleep_until(deadline.at);
    throw Error(ErrorKind::timeout, fmt::format("{}: no answer in time", name_)).with_party(Party::provider);
  }
  if (wait > Duration(0)) co_await clock_.sleep_for(wait);
  if (made.fault && made.fault->status) throw fault_error(*made.fault, name_);
  co_return made;
}

Task<ChatResponse> RulesModel::complete(ChatRequest request, Deadline deadline) {
  auto made = co_await answer_in_time(std::move(request), deadline);
  if (made.fault && made.fault->cut_after) throw cut_error(*made.fault, name_);
  co_return std::move(made.response);
}

Task<std::unique_ptr<ChatStream>> RulesModel::stream(ChatRequest request, Deadline deadline) {
  auto made = co_await answer_in_time(std::move(request), deadline);
  co_return std::make_unique<RulesStream>(std::move(made), name_);
}

}  // namespace antiphon::rules
