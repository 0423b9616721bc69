#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "antiphon/providers/llm/language_model.hpp"

namespace antiphon {

/// How many calls to one provider may be in flight; who comes first is served first. Thread safe: runs on different executors share one.
class CallLimit : public std::enable_shared_from_this<CallLimit> {
 public:
  /// A place among the calls in flight, given back when destroyed.
  class Slot {
   public:
    Slot() = default;
    explicit Slot(std::shared_ptr<CallLimit> limit) : limit_(std::move(limit)) {}
    Slot(Slot&&) = default;
    Slot& operator=(Slot&& other) noexcept {
      release();
      limit_ = std::move(other.limit_);
      return *this;
    }
    ~Slot() { release(); }
    explicit operator bool() const { return limit_ != nullptr; }
    void release() {
      if (auto limit = std::exchange(limit_, nullptr)) limit->give_back();
    }

   private:
    std::shared_ptr<CallLimit> limit_;
  };

  explicit CallLimit(int limit);
  ~CallLimit();

  /// Waits in line. @throws boost::system::system_error operation_aborted when cancelled.
  Task<Slot> acquire();
  std::size_t in_flight() const;
  std::size_t waiting() const;

 private:
  struct Line;
  void give_back();
  std::unique_ptr<Line> line_;
};

/// One limit per provider and size, shared by all who ask. Thread safe.
class CallLimits {
 public:
  std::shared_ptr<CallLimit> of(const std::string& provider, int limit);

 private:
  std::mutex mutex_;
  std::map<std::pair<std::string, int>, std::shared_ptr<CallLimit>> limits_;
};

/// What a project allows each provider, and the lines in which its callers wait: models and speech of one provider share one. Thread safe.
class ProviderLimits {
 public:
  /// @param allowed calls in flight by provider, where they are fewer than runs at once
  explicit ProviderLimits(std::map<std::string, int> allowed = {}) : allowed_(std::move(allowed)) {}
  /// The lower of what is allowed and `runs` at once (0: any number); nullptr: no limit.
  std::shared_ptr<CallLimit> of(const std::string& provider, int runs) const;

 private:
  std::map<std::string, int> allowed_;
  mutable CallLimits limits_;
};

/// Waits for a slot until `deadline`; without a limit there is none to wait for. @throws Error timeout, naming `who`.
Task<CallLimit::Slot> enter(std::shared_ptr<CallLimit> limit, Clock& clock, Deadline deadline, std::string who);

/// Takes a slot for each call; a stream keeps it until it ends. Waiting counts towards the deadline.
class LimitedModel final : public LanguageModel {
 public:
  LimitedModel(std::unique_ptr<LanguageModel> inner, std::shared_ptr<CallLimit> limit, Clock& clock)
      : inner_(std::move(inner)), limit_(std::move(limit)), clock_(clock) {}

  Task<ChatResponse> complete(ChatRequest request, Deadline deadline) override;
  Task<std::unique_ptr<ChatStream>> stream(ChatRequest request, Deadline deadline) override;
  const std::string& name() const override { return inner_->name(); }

 private:
  std::unique_ptr<LanguageModel> inner_;
  std::shared_ptr<CallLimit> limit_;
  Clock& clock_;
};

}  // namespace antiphon
