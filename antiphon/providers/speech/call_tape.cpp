#include "antiphon/providers/speech/call_tape.hpp"

#include <fmt/format.h>

namespace antiphon {

namespace {

class CassetteTape final : public CallTape {
 public:
  explicit CassetteTape(std::shared_ptr<Cassette> cassette) : cassette_(std::move(cassette)) {}

  std::optional<RecordedCall> take(const AskedCall& asked) override { return cassette_->take(asked); }
  KeepCall keeper(const AskedCall& asked) override {
    return [cassette = cassette_, place = cassette_->reserve(asked)](RecordedCall call) { cassette->keep(place, std::move(call)); };
  }
  const Secrets& secrets() const override { return cassette_->secrets(); }
  bool lets_streams_pass() const override { return false; }  // a replay would have no answer

 private:
  std::shared_ptr<Cassette> cassette_;
};

class CacheTape final : public CallTape {
 public:
  CacheTape(std::shared_ptr<RunCache> cache, std::string address, const std::string& key) : cache_(std::move(cache)), address_(std::move(address)) {
    secrets_.add(key);
  }

  std::optional<RecordedCall> take(const AskedCall& asked) override { return cache_->find(key_of(asked)); }
  KeepCall keeper(const AskedCall& asked) override {
    return [cache = cache_, key = key_of(asked), request = asked.request.text()](RecordedCall call) {
      if (call.failure || call.unanswered() || call.answer.contains("cut")) return;
      call.key = key, call.request = request;
      cache->store(call);
    };
  }
  const Secrets& secrets() const override { return secrets_; }
  bool lets_streams_pass() const override { return true; }

 private:
  std::string key_of(const AskedCall& asked) const { return cache_->shared_key(fmt::format("{}\n{}\n{}", asked.kind, address_, asked.request.text())); }

  std::shared_ptr<RunCache> cache_;
  std::string address_;
  Secrets secrets_ = Secrets::of_environment();
};

}  // namespace

std::unique_ptr<CallTape> tape_of(std::shared_ptr<Cassette> cassette) { return std::make_unique<CassetteTape>(std::move(cassette)); }

std::unique_ptr<CallTape> tape_of(std::shared_ptr<RunCache> cache, std::string address, const std::string& key) {
  return std::make_unique<CacheTape>(std::move(cache), std::move(address), key);
}

}  // namespace antiphon
