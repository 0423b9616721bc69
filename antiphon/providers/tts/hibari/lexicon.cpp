#include "antiphon/providers/tts/hibari/lexicon.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <zlib.h>
#include <boost/json/basic_parser_impl.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::hibari {

namespace {

/// Listens to a parser, so that no tree of 90,000 values is ever there: word and sounds of each entry go to `found`.
template <class Found>
struct EntryHandler {
  static constexpr std::size_t max_object_size = 1'000'000, max_array_size = 1000, max_key_size = 1000, max_string_size = 10'000;
  using Code = boost::system::error_code&;
  using View = boost::json::string_view;

  Found found;
  std::string word, variant, text;
  int depth = 0;

  bool on_document_begin(Code) { return true; }
  bool on_document_end(Code) { return true; }
  bool on_object_begin(Code) { return ++depth <= 2; }
  bool on_object_end(std::size_t, Code) { return --depth >= 0; }
  bool on_array_begin(Code) { return false; }
  bool on_array_end(std::size_t, Code) { return false; }
  bool on_key_part(View part, std::size_t, Code) {
    text.append(part.data(), part.size());
    return true;
  }
  bool on_key(View part, std::size_t, Code) {
    text.append(part.data(), part.size());
    (depth == 1 ? word : variant) = std::exchange(text, {});
    return true;
  }
  bool on_string_part(View part, std::size_t, Code) {
    text.append(part.data(), part.size());
    return true;
  }
  bool on_string(View part, std::size_t, Code) {
    text.append(part.data(), part.size());
    if (depth == 1 || variant == "DEFAULT") found(word, text);
    text.clear();
    return true;
  }
  bool on_number_part(View, Code) { return true; }
  bool on_int64(std::int64_t, View, Code) { return true; }
  bool on_uint64(std::uint64_t, View, Code) { return true; }
  bool on_double(double, View, Code) { return true; }
  bool on_bool(bool, Code) { return true; }
  bool on_null(Code) { return true; }
  bool on_comment_part(View, Code) { return true; }
  bool on_comment(View, Code) { return true; }
};

template <class Found>
void each_entry(std::string_view text, Found found) {
  boost::json::basic_parser<EntryHandler<Found>> parser(boost::json::parse_options{}, EntryHandler<Found>{std::move(found), {}, {}, {}});
  boost::system::error_code code;
  const auto read = parser.write_some(false, text.data(), text.size(), code);
  if (code || read != text.size()) throw Error(ErrorKind::configuration, "the lexicon of hibari is damaged").with_hint("install it again: make speech");
}

bool ends_with_any(std::string_view text, std::initializer_list<std::string_view> ends) {
  return std::ranges::any_of(ends, [text](std::string_view end) { return text.ends_with(end); });
}

std::string replaced(std::string_view text, std::string_view what, std::string_view by) {
  std::string result(text);
  for (auto at = result.find(what); at != std::string::npos; at = result.find(what, at + by.size())) result.replace(at, what.size(), by);
  return result;
}

/// The network knows neither the tap nor the glottal stop of the lexicon.
std::string known_sounds(std::string_view sounds) { return replaced(replaced(sounds, "ɾ", "T"), "ʔ", "t"); }

std::uint64_t hash_of(std::string_view word) {
  std::uint64_t hash = 14695981039346656037U;
  for (const unsigned char c : word) hash = (hash ^ c) * 1099511628211U;
  return hash ^ (hash >> 32U);
}

}  // namespace

Lexicon::Lexicon(std::string_view gold, std::string_view silver) : table_(1024) {
  std::vector<std::pair<std::string, std::string>> capitals;  // names: wanted only where no word is written like them
  const auto take = [&](const std::string& word, const std::string& sounds) {
    if (word.empty() || sounds.empty() || word.find(' ') != std::string::npos || word.find('\0') != std::string::npos) return;
    auto small = lower(word);
    if (small == word)
      add(word, known_sounds(sounds));
    else
      capitals.emplace_back(std::move(small), known_sounds(sounds));
  };
  each_entry(gold, take);
  each_entry(silver, take);
  for (const auto& [word, sounds] : capitals) add(word, sounds);
  all_.shrink_to_fit();
}

/// Of the word, or the empty one where it belongs.
std::size_t Lexicon::slot_of(std::string_view word) const {
  auto slot = hash_of(word) & (table_.size() - 1);
  while (table_[slot] != 0 && word_at(table_[slot]) != word) slot = (slot + 1) & (table_.size() - 1);
  return slot;
}

void Lexicon::add(std::string_view word, std::string_view sounds) {
  if (count_ * 2 >= table_.size()) grow();
  auto& place = table_[slot_of(word)];
  if (place != 0) return;
  place = static_cast<std::uint32_t>(all_.size());
  all_.append(word).append(1, '\0').append(sounds).append(1, '\0');
  ++count_;
}

void Lexicon::grow() {
  std::vector<std::uint32_t> old(table_.size() * 2);
  old.swap(table_);
  for (const auto place : old)
    if (place != 0) table_[slot_of(word_at(place))] = place;
}

std::optional<std::string_view> Lexicon::exact(std::string_view word) const {
  const auto place = table_[slot_of(word)];
  if (place == 0) return std::nullopt;
  return word_at(place + static_cast<std::uint32_t>(word.size()) + 1);
}

std::string Lexicon::sounds_of(std::string_view word) const {
  if (const auto sounds = exact(word)) return std::string(*sounds);
  if (auto sounds = with_s(word); !sounds.empty()) return sounds;
  if (auto sounds = with_ed(word); !sounds.empty()) return sounds;
  return with_ing(word);
}

std::string Lexicon::with_s(std::string_view word) const {
  if (word.size() < 3 || word.back() != 's') return {};
  std::optional<std::string_view> stem;
  if (!word.ends_with("ss")) stem = exact(word.substr(0, word.size() - 1));
  if (!stem && word.size() > 4 && word.ends_with("es")) stem = exact(word.substr(0, word.size() - 2));
  if (!stem && word.size() > 4 && word.ends_with("ies")) stem = exact(std::string(word.substr(0, word.size() - 3)) + "y");
  if (!stem) return {};
  if (ends_with_any(*stem, {"p", "t", "k", "f", "θ"})) return std::string(*stem) + "s";
  return std::string(*stem) + (ends_with_any(*stem, {"s", "z", "ʃ", "ʒ", "ʧ", "ʤ"}) ? "ᵻz" : "z");
}

std::string Lexicon::with_ed(std::string_view word) const {
  if (word.size() < 4 || word.back() != 'd') return {};
  auto stem = exact(word.substr(0, word.size() - 1));
  if (!stem && word.size() > 4 && word.ends_with("ed")) stem = exact(word.substr(0, word.size() - 2));
  if (!stem) return {};
  if (ends_with_any(*stem, {"p", "k", "f", "θ", "ʃ", "s", "ʧ"})) return std::string(*stem) + "t";
  return std::string(*stem) + (ends_with_any(*stem, {"t", "d", "T"}) ? "ᵻd" : "d");
}

std::string Lexicon::with_ing(std::string_view word) const {
  if (word.size() < 6 || !word.ends_with("ing")) return {};
  const auto trunk = word.substr(0, word.size() - 3);
  auto stem = exact(trunk);
  if (!stem) stem = exact(std::string(trunk) + "e");
  return stem ? std::string(*stem) + "ɪŋ" : std::string();
}

std::string unzipped(std::string_view bytes, std::string_view name) {
  constexpr std::size_t most = std::size_t{64} << 20U;
  constexpr int gzip = 16 + MAX_WBITS;
  z_stream stream{};
  if (inflateInit2(&stream, gzip) != Z_OK) throw Error(ErrorKind::internal, "zlib cannot begin");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // NOLINT: zlib only reads it
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string text;
  std::array<char, 1 << 16> part{};
  int state = Z_OK;
  while (state == Z_OK && text.size() <= most) {
    stream.next_out = reinterpret_cast<Bytef*>(part.data());
    stream.avail_out = part.size();
    state = inflate(&stream, Z_NO_FLUSH);
    text.append(part.data(), part.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  if (state != Z_STREAM_END) throw Error(ErrorKind::configuration, fmt::format("{} is damaged", name)).with_hint("install it again: make speech");
  return text;
}

}  // namespace antiphon::hibari
