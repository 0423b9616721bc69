#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "antiphon/base/text.hpp"
#include "antiphon/gateway/knowledge/document.hpp"

namespace antiphon::gateway {

namespace {

constexpr std::size_t deepest_heading = 6;

struct Section {
  std::string heading;
  std::vector<std::string> paragraphs;
};

/// The level of a heading of Markdown, 0 for a line that is none.
std::size_t heading_level(std::string_view line) {
  const auto level = line.find_first_not_of('#');
  if (level == 0 || level == std::string_view::npos || level > deepest_heading) return 0;
  return line[level] == ' ' || line[level] == '\t' ? level : 0;
}

bool is_list_item(std::string_view line) { return line.starts_with("- ") || line.starts_with("* ") || line.starts_with("+ "); }

class SectionReader {
 public:
  void take(std::string_view line) {
    const auto bare = trim(line);
    if (bare.starts_with("```") || bare.starts_with("~~~")) fenced_ = !fenced_;
    const auto level = fenced_ ? 0 : heading_level(bare);
    if (level > 0) return begin(level, trim(bare.substr(level)));
    // A blank line ends a paragraph, and an item of a list begins one.
    if (bare.empty() || is_list_item(bare)) end_paragraph();
    if (bare.empty()) return;
    if (!paragraph_.empty()) paragraph_ += fenced_ ? '\n' : ' ';
    paragraph_ += bare;
  }
  std::vector<Section> finish() {
    end_section();
    return std::move(sections_);
  }

 private:
  void begin(std::size_t level, std::string_view title) {
    end_section();
    while (!title.empty() && title.back() == '#') title = trim(title.substr(0, title.size() - 1));
    headings_[level - 1] = title;
    for (auto deeper = level; deeper < deepest_heading; ++deeper) headings_[deeper].clear();
    for (const auto& heading : headings_)
      if (!heading.empty()) section_.heading += (section_.heading.empty() ? "" : " > ") + heading;
  }
  void end_paragraph() {
    if (!paragraph_.empty()) section_.paragraphs.push_back(std::exchange(paragraph_, {}));
  }
  void end_section() {
    end_paragraph();
    if (!section_.paragraphs.empty()) sections_.push_back(section_);
    section_ = {};
  }

  std::array<std::string, deepest_heading> headings_;
  std::vector<Section> sections_;
  Section section_;
  std::string paragraph_;
  bool fenced_ = false;
};

std::vector<Section> sections_of(std::string_view text) {
  SectionReader reader;
  std::size_t at = 0;
  while (at <= text.size()) {
    const auto end = std::min(text.find('\n', at), text.size());
    reader.take(text.substr(at, end - at));
    at = end + 1;
  }
  return reader.finish();
}

/// Where a sentence surely ends is good enough here: what is cut wrongly still stands in the overlap.
std::vector<std::string> sentences_of(std::string_view paragraph) {
  std::vector<std::string> sentences;
  std::size_t begin = 0;
  for (std::size_t i = 0; i + 1 < paragraph.size(); ++i) {
    const bool ends = paragraph[i] == '.' || paragraph[i] == '!' || paragraph[i] == '?';
    if (!ends || paragraph[i + 1] != ' ') continue;
    sentences.emplace_back(trim(paragraph.substr(begin, i + 1 - begin)));
    begin = i + 2;
  }
  if (const auto rest = trim(paragraph.substr(std::min(begin, paragraph.size()))); !rest.empty()) sentences.emplace_back(rest);
  return sentences;
}

/// Sentences of at most `most` words.
std::vector<std::string> pieces_of(const std::string& sentence, std::size_t most) {
  if (count_words(sentence) <= most) return {sentence};
  std::vector<std::string> pieces;
  std::string piece;
  std::size_t words = 0;
  for (const auto& word : split(sentence, ' ')) {
    if (word.empty()) continue;
    if (words == most) pieces.push_back(std::exchange(piece, {})), words = 0;
    piece += (piece.empty() ? "" : " ") + word;
    ++words;
  }
  if (!piece.empty()) pieces.push_back(piece);
  return pieces;
}

class Packer {
 public:
  Packer(const Document& document, const ChunkRules& rules, std::vector<Chunk>& out) : document_(document), rules_(rules), out_(out) {}

  void section(const Section& section) {
    heading_ = section.heading;
    for (const auto& paragraph : section.paragraphs)
      for (const auto& sentence : sentences_of(paragraph))
        for (auto& piece : pieces_of(sentence, rules_.most_words)) add(std::move(piece));
    end();
    kept_.clear();
  }

 private:
  void add(std::string sentence) {
    const auto words = count_words(sentence);
    if (fresh_ > 0 && words_ + words > rules_.most_words) {
      end();
      overlap(words);
    }
    words_ += words;
    ++fresh_;
    kept_.push_back(std::move(sentence));
  }
  void end() {
    if (fresh_ == 0) return;
    const auto position = static_cast<int>(out_.size());
    out_.push_back({.id = fmt::format("{}#{}", document_.id, position),
                    .document = document_.id,
                    .position = position,
                    .heading = heading_,
                    .text = join(kept_, " "),
                    .metadata = document_.metadata});
    fresh_ = 0;
    words_ = 0;
  }
  // Keeps the last sentences as far as they and the next fit.
  void overlap(std::size_t next) {
    std::vector<std::string> last;
    std::size_t words = 0;
    while (!kept_.empty()) {
      const auto more = count_words(kept_.back());
      if (words + more > rules_.overlap_words || words + more + next > rules_.most_words) break;
      words += more;
      last.insert(last.begin(), std::move(kept_.back()));
      kept_.pop_back();
    }
    kept_ = std::move(last);
    words_ = words;
  }

  const Document& document_;
  const ChunkRules& rules_;
  std::vector<Chunk>& out_;
  std::string heading_;
  std::vector<std::string> kept_;
  std::size_t words_ = 0;
  std::size_t fresh_ = 0;  ///< sentences that no chunk has yet
};

}  // namespace

std::vector<Chunk> chunks_of(const Document& document, const ChunkRules& rules) {
  std::vector<Chunk> chunks;
  Packer packer(document, rules, chunks);
  for (const auto& section : sections_of(document.text)) packer.section(section);
  return chunks;
}

}  // namespace antiphon::gateway
