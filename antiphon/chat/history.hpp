#pragma once

#include <atomic>
#include <cstddef>
#include <iterator>
#include <memory>
#include <vector>

#include "antiphon/chat/message.hpp"

namespace antiphon {

/// The messages of a conversation, shared and immutable: a copy is a view that no later append changes (two words, no messages copied).
///
/// Appending to the newest view takes constant time and shares everything before; appending to an older view (after a rollback) branches
/// and copies at most one chunk. A view belongs to one thread at a time; copies of it may be read and appended to by as many at once.
class History {
 public:
  class const_iterator;

  History() = default;
  History(std::initializer_list<Message> messages) {
    for (const auto& message : messages) append(message);
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const Message& operator[](std::size_t index) const { return (*(*spine_)[index / chunk_size])[index % chunk_size]; }
  const Message& back() const { return (*this)[size_ - 1]; }
  const_iterator begin() const;
  const_iterator end() const;

  void append(Message message);
  /// Keeps the first `size` messages; a larger `size` keeps all.
  void truncate(std::size_t size) { size_ = std::min(size, size_); }

 private:
  static constexpr std::size_t chunk_size = 64;
  // Views that end before `used` never look further. Whoever moves it on owns the place that it stood at: of two copies that append, one branches.
  struct Chunk {
    Chunk() noexcept {}  // NOLINT(modernize-use-equals-default): leaves the places empty
    ~Chunk() { std::destroy_n(messages, used.load(std::memory_order_relaxed)); }
    Chunk(const Chunk&) = delete;
    Chunk& operator=(const Chunk&) = delete;

    const Message& operator[](std::size_t i) const { return messages[i]; }
    /// False, and `message` untouched, where another view has been faster.
    bool append_at(std::size_t i, Message& message) {
      if (!used.compare_exchange_strong(i, i + 1, std::memory_order_relaxed)) return false;
      std::construct_at(messages + i, std::move(message));
      return true;
    }

    std::atomic<std::size_t> used{0};
    union {
      Message messages[chunk_size];
    };
  };
  using Spine = std::vector<std::shared_ptr<Chunk>>;

  std::shared_ptr<const Spine> spine_;
  std::size_t size_ = 0;
};

class History::const_iterator {
 public:
  using iterator_category = std::forward_iterator_tag;
  using value_type = Message;
  using difference_type = std::ptrdiff_t;
  using pointer = const Message*;
  using reference = const Message&;

  const_iterator() = default;
  const_iterator(const History* history, std::size_t index) : history_(history), index_(index) {}
  reference operator*() const { return (*history_)[index_]; }
  pointer operator->() const { return &(*history_)[index_]; }
  const_iterator& operator++() {
    ++index_;
    return *this;
  }
  const_iterator operator++(int) {
    auto old = *this;
    ++index_;
    return old;
  }
  bool operator==(const const_iterator& other) const { return index_ == other.index_; }

 private:
  const History* history_ = nullptr;
  std::size_t index_ = 0;
};

inline History::const_iterator History::begin() const { return {this, 0}; }
inline History::const_iterator History::end() const { return {this, size_}; }

}  // namespace antiphon
