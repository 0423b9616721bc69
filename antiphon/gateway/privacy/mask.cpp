#include "antiphon/gateway/privacy/mask.hpp"

#include <algorithm>
#include <utility>

#include "antiphon/base/error.hpp"
#include "antiphon/base/pii/find.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/gateway/dialogue/pin.hpp"
#include "antiphon/gateway/dialogue/policy_book.hpp"
#include "antiphon/gateway/privacy/written_numbers.hpp"

namespace antiphon::gateway {

namespace {

constexpr std::string_view all_masked = "[TEXT_MASKED]";
constexpr int most_rounds = 8;

const std::vector<std::string>& found_by_shape() {
  static const std::vector<std::string> kinds{"card", "email", "iban", "phone", "secret", "ssn"};
  return kinds;
}

std::string label_of(std::string_view kind) {
  std::string label = "[";
  for (const char c : kind) label += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return label += "_MASKED]";
}

std::string_view name_of(WrittenNumber::Kind kind) {
  switch (kind) {
    case WrittenNumber::Kind::card: return "card";
    case WrittenNumber::Kind::ssn: return "ssn";
    case WrittenNumber::Kind::phone: return "phone";
  }
  return "digits";
}

struct Range {
  std::size_t begin = 0, end = 0;
};
/// Where labels stand already. Nothing else in brackets is one, whatever it looks like: callers may say anything.
std::vector<Range> labels_in(std::string_view text, const std::vector<std::string>& known) {
  std::vector<Range> labels;
  for (auto at = text.find('['); at != std::string_view::npos; at = text.find('[', at + 1)) {
    const auto found = std::ranges::find_if(known, [&](const std::string& label) { return text.substr(at).starts_with(label); });
    if (found != known.end()) labels.push_back({at, at + found->size()});
  }
  return labels;
}

template <class Ranges>
bool overlaps(const Ranges& ranges, std::size_t begin, std::size_t end) {
  return std::ranges::any_of(ranges, [&](const auto& each) { return begin < each.end && each.begin < end; });
}

/// A card, whatever else the digits of a JSON number could be: times and ids are common there.
bool is_card_number(std::string_view digits) {
  static const std::vector<std::string> cards{"card"};
  const auto found = pii::find(digits, cards);
  return found.size() == 1 && found.front().begin == 0 && found.front().end == digits.size();
}

}  // namespace

Masker::Masker(MaskOptions options) : Masker(std::move(options), built_in_policy()->numbers()) {}

Masker::Masker(MaskOptions options, std::vector<NumberWords> languages) : options_(std::move(options)), languages_(std::move(languages)) {
  for (const auto& kind : found_by_shape()) labels_.push_back(label_of(kind));
  for (const auto& custom : options_.custom) labels_.push_back("[" + custom.name + "_MASKED]");
  labels_.insert(labels_.end(), {label_of("digits"), std::string(pin_mask), std::string(all_masked)});
}

void Masker::add_said_digits(std::string_view text, std::vector<Span>& spans) const {
  const auto words = plain_words(text);
  const auto add = [&](const DigitRun& run) {
    const auto least = run.one_figure ? options_.figures : options_.said_digits;
    if (least > 0 && run.digits.size() >= least) spans.push_back({run.begin, run.end, label_of("digits")});
  };
  if (languages_.empty()) std::ranges::for_each(digit_runs(text, words, {}, false), add);
  for (const auto& language : languages_) std::ranges::for_each(digit_runs(text, words, language, false), add);
}

std::vector<Masker::Span> Masker::custom_spans(std::string_view text) const {
  std::vector<Span> spans;
  for (const auto& custom : options_.custom)
    for (const auto& match : custom.pattern.find_all(text)) spans.push_back({match.begin, match.end, "[" + custom.name + "_MASKED]"});
  return spans;
}

std::vector<Masker::Span> Masker::spans_of(std::string_view text) const {
  auto spans = custom_spans(text);
  for (const auto& finding : pii::find(text, found_by_shape())) spans.push_back({finding.begin, finding.end, label_of(finding.kind)});
  for (const auto& number : written_numbers(text)) spans.push_back({number.begin, number.end, label_of(name_of(number.kind))});
  std::vector<Span> digits;
  add_said_digits(text, digits);
  std::erase_if(digits, [&](const Span& each) { return overlaps(spans, each.begin, each.end); });  // a better name for them is known
  spans.insert(spans.end(), digits.begin(), digits.end());
  return spans;
}

/// What of the spans lies outside all labels: whatever a label hides is hidden already.
std::vector<Masker::Span> Masker::outside_labels(std::vector<Span> spans, std::string_view text) const {
  const auto labels = labels_in(text, labels_);
  std::vector<Span> outside;
  for (auto& span : spans) {
    for (const auto& label : labels) {
      if (span.begin >= label.end || label.begin >= span.end) continue;
      if (label.begin > span.begin) outside.push_back({span.begin, label.begin, span.label});
      span.begin = std::min(label.end, span.end);
    }
    if (span.begin < span.end) outside.push_back(std::move(span));
  }
  return outside;
}

/// Overlapping findings go together, by the name of the first that was looked for.
std::string Masker::replaced(std::string_view text, std::vector<Span> spans) {
  for (std::size_t i = 0; i < spans.size(); ++i) spans[i].order = i;
  std::ranges::sort(spans, {}, [](const Span& each) { return std::pair(each.begin, each.order); });
  std::string masked;
  std::size_t at = 0;
  for (std::size_t i = 0, last = 0; i < spans.size(); i = last) {
    auto end = spans[i].end;
    for (last = i + 1; last < spans.size() && spans[last].begin < end; ++last) end = std::max(end, spans[last].end);
    masked += text.substr(at, spans[i].begin - at);
    masked += spans[i].label;
    at = end;
  }
  return masked += text.substr(at);
}

std::string Masker::mask(std::string_view text) const {
  auto masked = repair_utf8(text);
  try {
    // What a number hid by standing beside it shows only when that is gone.
    for (int round = 0; round < most_rounds; ++round) {
      auto spans = outside_labels(spans_of(masked), masked);
      if (spans.empty()) return masked;
      masked = replaced(masked, std::move(spans));
    }
  } catch (const Error&) {}  // of a pattern that gave up
  return std::string(all_masked);
}

json::value Masker::mask_number(const json::value& number) const {
  const auto text = json_text(number);
  if (!number.is_double() && is_card_number(text)) return json::value(label_of("card"));
  try {
    auto spans = custom_spans(text);
    return spans.empty() ? number : json::value(replaced(text, std::move(spans)));
  } catch (const Error&) {  // as in `mask`
    return json::value(all_masked);
  }
}

json::value Masker::mask_json(const json::value& value) const {
  if (value.is_string()) return json::value(mask(std::string_view(value.get_string())));
  if (value.is_array()) {
    json::array list;
    for (const auto& each : value.get_array()) list.push_back(mask_json(each));
    return list;
  }
  if (value.is_object()) {
    json::object object;
    for (const auto& member : value.get_object()) object[member.key()] = mask_json(member.value());
    return object;
  }
  return value.is_number() ? mask_number(value) : value;
}

}  // namespace antiphon::gateway
