#include <algorithm>
#include <bit>

#include "antiphon/audio/vad/internal/edges.hpp"
#include "antiphon/base/prefetch.hpp"

namespace antiphon::audio::internal {

namespace {

constexpr std::ptrdiff_t in_blocks(int ms) { return ms / 4; }

constexpr double lowest_power = 30.0 * 30.0;  // what companding makes of silence lies below it
constexpr double above_noise = 1.5;           // 1.8 dB: three blocks of noise alone hardly ever are
constexpr double below_peak = 1e-4;           // 40 dB: what rings on is heard by nobody
constexpr auto late_by = in_blocks(240);      // how much later than the sound a detector may begin
constexpr auto long_by = in_blocks(400);      // how much longer than the sound it may go on
constexpr auto noise_window = in_blocks(240), shortest_window = in_blocks(60);

// Across a lost packet or the closed mouth of a plosive a sound goes on; after a longer gap only what stands out counts.
constexpr auto bridged = in_blocks(80), bridged_by_loud = in_blocks(160);
constexpr double loud = 2.5;

bool goes_on(double power, double floor, std::ptrdiff_t quiet) { return power > floor * (quiet > bridged ? loud : 1); }

}  // namespace

EdgeFinder::EdgeFinder(std::size_t reach)
    : remembered_(static_cast<Block>(reach / block) + long_by + noise_window), ring_(std::bit_ceil(static_cast<std::size_t>(remembered_))) {}

void EdgeFinder::feed(SampleView samples) {
  while (!samples.empty()) {
    const auto count = std::min(samples.size(), block - in_block_);
    std::int64_t sum = 0;
    for (const std::int32_t sample : samples.first(count)) sum += sample * sample;
    sum_ += static_cast<double>(sum);
    in_block_ += count;
    samples = samples.subspan(count);
    if (in_block_ < block) return;
    add(sum_ / block);
    sum_ = 0, in_block_ = 0;
  }
}

void EdgeFinder::add(double value) {
  kept(blocks_++) = static_cast<float>(value);
  if (power(blocks_ - 2) > quiet_)
    ++sounding_, quiet_for_ = 0;
  else if (++quiet_for_ > bridged)
    sounding_ = 0;
}

void EdgeFinder::prefetch_next() const { prefetch(&ring_[static_cast<std::size_t>(blocks_) % ring_.size()], 5 * sizeof(float)); }

bool EdgeFinder::sounding() const { return sounding_ > 0 && sounding_ <= late_by + in_blocks(60); }

double EdgeFinder::power(Block at) const {
  const auto from = std::max(at - 1, oldest()), to = std::min(at + 2, blocks_);
  double sum = 0;
  for (auto each = from; each < to; ++each) sum += kept(each);
  return to > from ? sum / static_cast<double>(to - from) : 0;
}

// A block that only its neighbour made loud lies outside.
bool EdgeFinder::silent(Block at, double floor) const { return kept(at) < floor / 3; }

EdgeFinder::Block EdgeFinder::oldest() const { return std::max<Block>(0, blocks_ - remembered_); }

/// The power that this share of the blocks does not exceed.
double EdgeFinder::share(Block from, Block to, double quantile) const {
  std::vector<double> powers;
  for (Block at = std::max(from, oldest()); at < to; ++at) powers.push_back(power(at));
  if (powers.empty()) return 0;
  const auto place = powers.begin() + static_cast<Block>(quantile * static_cast<double>(powers.size() - 1));
  std::nth_element(powers.begin(), place, powers.end());
  return *place;
}

double EdgeFinder::loudest(Block from, Block to) const {
  double most = 0;
  for (Block at = std::max(from, oldest()); at < to; ++at) most = std::max(most, power(at));
  return most;
}

std::optional<std::size_t> EdgeFinder::start(std::size_t decided, std::size_t earliest) {
  const auto at = static_cast<Block>(decided / block), first = std::max(static_cast<Block>((earliest + block - 1) / block), oldest());
  // Before sound that a detector may have missed so far, and not in the speech before it; where little is known, that little.
  const auto from = std::max(at - late_by - noise_window, first);
  const double noise = share(from, std::min(std::max(at - late_by, from + shortest_window), blocks_), 0.3);
  floor_ = std::max({lowest_power, above_noise * noise, below_peak * loudest(at, blocks_)});
  Block edge = at;
  while (edge < blocks_ && power(edge) <= loud * floor_) ++edge;
  if (edge == blocks_) return std::nullopt;
  const auto limit = std::max(at - late_by, first);
  for (Block back = edge - 1, quiet = 0; back >= limit && quiet <= bridged_by_loud; --back) {
    quiet = goes_on(power(back), floor_, quiet) ? 0 : quiet + 1;
    if (quiet == 0) edge = back;
  }
  if (edge + 1 < blocks_ && silent(edge, floor_)) ++edge;
  return std::max(static_cast<std::size_t>(edge) * block, earliest);
}

std::size_t EdgeFinder::voiced_until(std::size_t from) const {
  const auto first = static_cast<Block>(from / block);
  for (Block at = blocks_ - 1; at >= first; --at)
    if (power(at) > floor_ && !silent(at, floor_)) return std::max(static_cast<std::size_t>(at + 1) * block, from);
  return from;
}

std::size_t EdgeFinder::end(std::size_t decided, std::size_t earliest) {
  const auto at = std::min(static_cast<Block>(decided / block), blocks_);
  // What follows is noise in the end; where a stream ends, nothing may follow.
  const double noise = blocks_ - at >= shortest_window ? share(at, blocks_, 0.25) : 0;
  quiet_ = std::max(lowest_power, above_noise * noise);
  const auto limit = std::max({at - long_by, static_cast<Block>((earliest + block - 1) / block), oldest()});
  const double floor = std::max(quiet_, below_peak * loudest(at - long_by, at));
  Block edge = at;
  while (edge > limit && power(edge - 1) <= loud * floor) --edge;
  if (edge == limit) return decided;
  for (Block ahead = edge, quiet = 0; ahead < blocks_ && quiet <= bridged_by_loud; ++ahead) {
    quiet = goes_on(power(ahead), floor, quiet) ? 0 : quiet + 1;
    if (quiet == 0) edge = ahead + 1;
  }
  if (edge > limit + 1 && silent(edge - 1, floor)) --edge;
  return static_cast<std::size_t>(edge) * block;
}

}  // namespace antiphon::audio::internal
