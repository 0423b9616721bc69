#include <cstdlib>
#include <optional>

#include "antiphon/base/random.hpp"
#include "antiphon/providers/tts/flite/library.hpp"

// Three voices of flite excite their filters by `rand`, whose one state all threads of a process share: with `srand` alone, a thread of somebody else's
// that draws meanwhile would change what is said, and our seed would change what it draws. So this program has its own `rand`: of the session for the thread
// that has one, and for all others just what the C library's is, namely `random`. docs/decisions/0017-a-rand-of-our-own.md tells more.
namespace {

thread_local std::optional<antiphon::RandomStream> session_numbers;

}  // namespace

extern "C" int rand() noexcept {
  if (session_numbers) return static_cast<int>(session_numbers->next() >> 33U);
  return static_cast<int>(random());
}

namespace antiphon::flite {

namespace {

std::mutex& library_mutex() {
  static std::mutex mutex;
  return mutex;
}

}  // namespace

Session::Session(std::uint64_t seed) : lock_(library_mutex()) { session_numbers.emplace(seed); }
Session::~Session() { session_numbers.reset(); }

}  // namespace antiphon::flite
