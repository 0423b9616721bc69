#include "antiphon/gateway/knowledge/packed_vector.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace antiphon::gateway {

namespace {

static_assert(std::endian::native == std::endian::little, "an index file is little-endian");

constexpr std::uint32_t most_dimensions = 65'536;

template <class T>
void put(std::string& out, const T* values, std::size_t count) {
  out.append(reinterpret_cast<const char*>(values), count * sizeof(T));
}

template <class T>
std::vector<T> get(std::string_view bytes) {
  std::vector<T> values(bytes.size() / sizeof(T));
  if (!values.empty()) bytes.copy(reinterpret_cast<char*>(values.data()), values.size() * sizeof(T));
  return values;
}

bool all_finite(const std::vector<float>& values) {
  return std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
}

}  // namespace

PackedVector::PackedVector(const Embedding& embedding) : dimensions_(static_cast<std::uint32_t>(embedding.size())) {
  const auto used = static_cast<std::size_t>(std::count_if(embedding.begin(), embedding.end(), [](float value) { return value != 0; }));
  if (used == 0 || used * 2 > embedding.size()) {
    values_ = embedding;
    return;
  }
  for (std::uint32_t i = 0; i < dimensions_; ++i)
    if (embedding[i] != 0) places_.push_back(i), values_.push_back(embedding[i]);
}

double PackedVector::similarity(const Embedding& other) const {
  if (other.size() != dimensions_) return 0;
  double dot = 0, mine = 0, theirs = 0;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const double value = values_[i];
    dot += value * static_cast<double>(other[places_.empty() ? i : places_[i]]);
    mine += value * value;
  }
  for (const float value : other) theirs += static_cast<double>(value) * static_cast<double>(value);
  const double length = std::sqrt(mine) * std::sqrt(theirs);
  return length > 0 && std::isfinite(length) ? std::clamp(dot / length, -1.0, 1.0) : 0;
}

Embedding PackedVector::unpacked() const {
  if (places_.empty()) return values_;
  Embedding all(dimensions_, 0.0F);
  for (std::size_t i = 0; i < places_.size(); ++i) all[places_[i]] = values_[i];
  return all;
}

std::string PackedVector::encode() const {
  std::string out(places_.empty() ? "d" : "s");
  if (!places_.empty()) put(out, &dimensions_, 1);
  for (std::size_t i = 0; i < places_.size(); ++i) put(out, &places_[i], 1), put(out, &values_[i], 1);
  if (places_.empty()) put(out, values_.data(), values_.size());
  return out;
}

std::optional<PackedVector> PackedVector::decode(std::string_view bytes) {
  PackedVector vector;
  const auto body = bytes.substr(std::min<std::size_t>(1, bytes.size()));
  if (bytes.starts_with('d')) {
    if (body.size() % sizeof(float) != 0 || body.size() / sizeof(float) > most_dimensions) return std::nullopt;
    vector.values_ = get<float>(body);
    vector.dimensions_ = static_cast<std::uint32_t>(vector.values_.size());
  } else if (bytes.starts_with('s')) {
    constexpr std::size_t pair = sizeof(std::uint32_t) + sizeof(float);
    if (body.size() <= sizeof(std::uint32_t) || (body.size() - sizeof(std::uint32_t)) % pair != 0) return std::nullopt;
    vector.dimensions_ = get<std::uint32_t>(body.substr(0, sizeof(std::uint32_t))).front();
    if (vector.dimensions_ > most_dimensions) return std::nullopt;
    for (auto at = sizeof(std::uint32_t); at < body.size(); at += pair) {
      const auto place = get<std::uint32_t>(body.substr(at, sizeof(std::uint32_t))).front();
      if (place >= vector.dimensions_ || (!vector.places_.empty() && place <= vector.places_.back())) return std::nullopt;
      vector.places_.push_back(place);
      vector.values_.push_back(get<float>(body.substr(at + sizeof(std::uint32_t), sizeof(float))).front());
    }
  } else {
    return std::nullopt;
  }
  return all_finite(vector.values_) ? std::optional(std::move(vector)) : std::nullopt;
}

}  // namespace antiphon::gateway
