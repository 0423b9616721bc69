#include "antiphon/providers/embed/remembering.hpp"

#include <algorithm>

namespace antiphon {

std::vector<std::string> RememberingEmbedder::unknown(const std::vector<std::string>& texts) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> list;
  for (const auto& text : texts)
    if (!known_.contains(text) && std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
  return list;
}

Embedded RememberingEmbedder::embed(const std::vector<std::string>& texts, Duration limit, std::stop_token stop) {
  const auto fresh = unknown(texts);
  Embedded computed;
  if (!fresh.empty()) computed = inner_->embed(fresh, limit, stop);
  const std::lock_guard lock(mutex_);
  if (known_.size() + fresh.size() > most_) known_.clear();  // rare, and they can be computed again
  Embedded answer{.vectors = {}, .usage = computed.usage};
  for (const auto& text : texts) {
    const auto at = std::find(fresh.begin(), fresh.end(), text);
    const auto known = known_.find(text);
    // A text that was known may have been forgotten by another thread in between: then it is computed alone.
    if (at != fresh.end())
      answer.vectors.push_back(computed.vectors[static_cast<std::size_t>(at - fresh.begin())]);
    else
      answer.vectors.push_back(known != known_.end() ? known->second : inner_->embed({text}, limit, stop).vectors.front());
  }
  for (std::size_t i = 0; i < fresh.size(); ++i) known_.insert_or_assign(fresh[i], std::move(computed.vectors[i]));
  return answer;
}

}  // namespace antiphon
