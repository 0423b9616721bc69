#pragma once

#include <cstdint>
#include <mutex>

namespace antiphon::flite {

/// The library for one caller at a time: it keeps its voices and dictionaries in globals. While one of these lives, `rand` gives this thread numbers from
/// `seed` alone (random_numbers.cpp says how).
class Session {
 public:
  explicit Session(std::uint64_t seed);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

 private:
  std::unique_lock<std::mutex> lock_;
};

}  // namespace antiphon::flite
