#include "antiphon/providers/llm/remembered_model.hpp"

#include "antiphon/providers/llm/cassette/call_reader.hpp"
#include "antiphon/providers/llm/cassette/played_call.hpp"
#include "antiphon/providers/llm/traced_model.hpp"

namespace antiphon {

namespace {

class CassetteModel final : public LanguageModel {
 public:
  CassetteModel(std::unique_ptr<LanguageModel> inner, std::shared_ptr<Cassette> cassette, ModelSettings settings, Clock& clock)
      : inner_(std::move(inner)), cassette_(std::move(cassette)), reader_(settings), settings_(std::move(settings)), clock_(clock) {}

  Task<ChatResponse> complete(ChatRequest request, Deadline deadline) override {
    auto asked = reader_.read(request, cassette_->secrets());
    if (auto known = cassette_->take(asked)) co_return co_await play_whole(*std::move(known), Remembered::cassette, clock_, asked.role, deadline);
    auto keep = keeper(asked);
    co_return co_await record_whole(inner_.get(), std::move(request), deadline, named(std::move(asked)), std::move(keep), clock_, &cassette_->secrets());
  }
  Task<std::unique_ptr<ChatStream>> stream(ChatRequest request, Deadline deadline) override {
    auto asked = reader_.read(request, cassette_->secrets());
    if (auto known = cassette_->take(asked)) co_return co_await play_stream(*std::move(known), Remembered::cassette, clock_, asked.role, deadline);
    auto keep = keeper(asked);
    co_return co_await record_stream(inner_.get(), std::move(request), deadline, named(std::move(asked)), std::move(keep), clock_, &cassette_->secrets());
  }
  const std::string& name() const override { return settings_.model; }

 private:
  static RecordedCall named(AskedCall asked) {
    return {.kind = std::move(asked.kind), .key = std::move(asked.key), .role = std::move(asked.role), .turn = asked.turn};
  }
  KeepCall keeper(const AskedCall& asked) const {
    return [cassette = cassette_, place = cassette_->reserve(asked)](RecordedCall call) { cassette->keep(place, std::move(call)); };
  }

  std::unique_ptr<LanguageModel> inner_;  // none where nothing but the cassette answers
  std::shared_ptr<Cassette> cassette_;
  CallReader reader_;
  ModelSettings settings_;
  Clock& clock_;
};

class CachedModel final : public LanguageModel {
 public:
  CachedModel(std::unique_ptr<LanguageModel> inner, std::shared_ptr<RunCache> cache, ModelSettings settings, Clock& clock)
      : inner_(std::move(inner)), cache_(std::move(cache)), reader_(settings), settings_(std::move(settings)), clock_(clock) {
    secrets_.add(settings_.key);
  }

  Task<ChatResponse> complete(ChatRequest request, Deadline deadline) override {
    auto call = named(request);
    if (auto known = cache_->find(call.key)) co_return co_await play_whole(*std::move(known), Remembered::cache, clock_, call.role, deadline);
    co_return co_await record_whole(inner_.get(), std::move(request), deadline, std::move(call), keeper(), clock_, &secrets_);
  }
  Task<std::unique_ptr<ChatStream>> stream(ChatRequest request, Deadline deadline) override {
    auto call = named(request);
    if (auto known = cache_->find(call.key)) co_return co_await play_stream(*std::move(known), Remembered::cache, clock_, call.role, deadline);
    co_return co_await record_stream(inner_.get(), std::move(request), deadline, std::move(call), keeper(), clock_, &secrets_);
  }
  const std::string& name() const override { return inner_->name(); }

 private:
  RecordedCall named(const ChatRequest& request) {
    auto text = reader_.read(request, secrets_).request.text();
    return {.key = cache_->next_key(request.tags.role, text), .role = request.tags.role, .turn = request.tags.turn, .request = std::move(text)};
  }
  KeepCall keeper() const {
    return [cache = cache_](RecordedCall call) {
      if (!call.failure && !call.unanswered()) cache->store(call);
    };
  }

  std::unique_ptr<LanguageModel> inner_;
  std::shared_ptr<RunCache> cache_;
  CallReader reader_;
  ModelSettings settings_;
  Clock& clock_;
  Secrets secrets_ = Secrets::of_environment();
};

}  // namespace

namespace {

std::unique_ptr<LanguageModel> open_within(const ModelRegistry& models, const ModelSettings& settings, const ModelContext& context, const CallMemory& memory) {
  auto& clock = context.runtime.clock;
  auto untraced = context;
  untraced.spans.reset();  // a span tells of an answer whoever gives it
  std::unique_ptr<LanguageModel> model;
  if (!memory.cassette || memory.cassette->records())
    model = models.open(settings, untraced);
  else
    models.replaying().check(settings);
  // What is recorded anew is asked anew.
  const bool anew = memory.cassette && memory.cassette->mode() == CassetteMode::record;
  if (model && memory.cache && !anew) model = std::make_unique<CachedModel>(std::move(model), memory.cache, settings, clock);
  if (!memory.cassette) return model;
  memory.cassette->secrets().add(settings.key);
  return std::make_unique<CassetteModel>(std::move(model), memory.cassette, settings, clock);
}

}  // namespace

std::unique_ptr<LanguageModel> open_remembered(const ModelRegistry& models, const ModelSettings& settings, const ModelContext& context,
                                               const CallMemory& memory) {
  auto model = open_within(models, settings, context, memory);
  return context.spans ? std::make_unique<TracedModel>(std::move(model), context.spans) : std::move(model);
}

}  // namespace antiphon
