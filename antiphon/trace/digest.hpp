#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "antiphon/trace/recorder.hpp"

namespace antiphon::trace {

/// The spans of a run as a judge reads them (OBS-2): a tree with times, attributes, events and errors, or its structure alone.
///
/// Grows with the run: `update` writes what is new and what was still under way, so that a turn costs what that turn did, however long the
/// run. One paragraph, here a *section*, is what lies directly below the run's first span: a turn.
class Digest {
 public:
  explicit Digest(std::shared_ptr<const Recorder> recorder);

  /// Reads on. Everything below tells the state at the last call of this.
  void update();
  /// Nothing is shown.
  bool empty() const { return shown_ == 0; }
  /// Estimated tokens of `append_full`.
  std::size_t tokens() const;
  /// Everything; text that stood there already is named, not repeated.
  void append_full(std::string& out) const;
  /// One line per span, without attributes.
  void append_outline(std::string& out) const;

  /// Everything about these spans and what is below them. An id may be given by its first digits, at least eight.
  /// @return text for the model, at most `answer_bytes`; for an id that does not exist, which ones do.
  std::string expand(std::span<const std::string> ids) const;
  /// Spans with a line that the pattern (PCRE2, ignoring case; plain text where it is no pattern) matches, and those lines.
  std::string grep(const std::string& pattern) const;

 private:
  struct Node {
    std::vector<std::uint32_t> children{};
    std::uint32_t section = 0;
  };
  struct Section {
    std::uint32_t span = 0;
    std::size_t full_at = 0, outline_at = 0, errors_at = 0, folds_at = 0, shown_at = 0;  ///< where its part begins
    bool written = false;
    bool complete = false;  ///< all its spans have ended
  };
  /// Texts that were written already, and where: what they are worth is found by a hash.
  struct Folds {
    struct Place {
      std::uint64_t text = 0;
      SpanId span{};
      std::string_view key{};
    };
    std::vector<Place> places{};
    std::unordered_map<std::uint64_t, std::size_t> by_text{};

    const Place* find(std::uint64_t text) const;
    void add(Place place);
    void cut_back_to(std::size_t size);
  };
  struct Style;

  void rebuild();
  void attach(std::uint32_t index);
  void add_section(std::uint32_t index);
  void render_from(std::size_t section);
  void cut_back_to(const Section& section);
  void write(std::string& out, std::uint32_t index, const std::string& prefix, bool last, int depth, const Style& style) const;
  void write_line(std::string& out, const Span& span, bool outline) const;
  void write_details(std::string& out, const Span& span, const std::string& indent, const Style& style) const;
  void write_value(std::string& out, const Span& span, const Attribute& attribute, const std::string& indent, const Style& style) const;
  std::string value_text(const Span& span, const Attribute& attribute, const Style& style) const;
  void note(std::uint32_t index, Section& section, bool above_shown);
  bool is_shown(std::uint32_t index) const;
  std::vector<std::uint32_t> shown_children(std::uint32_t index) const;
  std::string header() const;
  std::string known_ids() const;
  std::vector<std::uint32_t> in_order() const;

  std::shared_ptr<const Recorder> recorder_;
  std::vector<Node> nodes_;
  std::unordered_map<std::uint64_t, std::uint32_t> by_id_;
  std::vector<Section> sections_;
  std::size_t seen_ = 0;
  std::size_t shown_ = 0;
  std::size_t first_dirty_ = 0;
  std::uint64_t revision_ = 0;
  std::string full_, outline_, errors_;
  Folds folds_;
};

}  // namespace antiphon::trace
