#pragma once

#include <array>
#include <list>
#include <map>
#include <mutex>
#include <optional>

namespace antiphon {

/// Values by the hash of what made them, at most so many bytes of them; what was asked for longest ago is forgotten first. Thread safe.
template <class Value>
class Recent {
 public:
  using Key = std::array<unsigned char, 32>;

  explicit Recent(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  std::optional<Value> find(const Key& key) {
    const std::lock_guard lock(mutex_);
    const auto place = places_.find(key);
    if (place == places_.end()) return std::nullopt;
    kept_.splice(kept_.begin(), kept_, place->second);
    return place->second->value;
  }
  /// `bytes` is what the value takes. One that is known stays as it is; one that is larger than all may be is not kept.
  void keep(const Key& key, Value value, std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    if (bytes > most_bytes_ || places_.contains(key)) return;
    bytes_ += bytes;
    kept_.push_front({key, std::move(value), bytes});
    places_[key] = kept_.begin();
    while (bytes_ > most_bytes_) forget_last();
  }
  std::size_t bytes() const {
    const std::lock_guard lock(mutex_);
    return bytes_;
  }

 private:
  struct Kept {
    Key key;
    Value value;
    std::size_t bytes;
  };

  void forget_last() {
    bytes_ -= kept_.back().bytes;
    places_.erase(kept_.back().key);
    kept_.pop_back();
  }

  const std::size_t most_bytes_;
  mutable std::mutex mutex_;
  std::list<Kept> kept_;  ///< what was asked for last comes first
  std::map<Key, typename std::list<Kept>::iterator> places_;
  std::size_t bytes_ = 0;
};

}  // namespace antiphon
