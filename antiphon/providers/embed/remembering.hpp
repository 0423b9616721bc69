#pragma once

#include <mutex>
#include <unordered_map>

#include "antiphon/providers/embed/embedder.hpp"

namespace antiphon {

/// Asks another embedder for what it has not seen yet. Of two threads that ask for the same text at once both may compute it.
class RememberingEmbedder final : public Embedder {
 public:
  explicit RememberingEmbedder(std::unique_ptr<Embedder> inner, std::size_t most = 20'000) : inner_(std::move(inner)), most_(most) {}
  Embedded embed(const std::vector<std::string>& texts, Duration limit, std::stop_token stop) override;
  const std::string& name() const override { return inner_->name(); }
  const EmbedderCapabilities& capabilities() const override { return inner_->capabilities(); }

 private:
  std::vector<std::string> unknown(const std::vector<std::string>& texts) const;

  std::unique_ptr<Embedder> inner_;
  std::size_t most_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Embedding> known_;
};

}  // namespace antiphon
