#include "antiphon/gateway/dialogue/policy_reader.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "antiphon/base/text.hpp"
#include "antiphon/base/unicode.hpp"

namespace antiphon::gateway {

namespace {

constexpr std::size_t deepest = 8;  // locales that build on each other

std::string key_of(std::string_view name) {
  auto key = lower(name);
  std::ranges::replace(key, '_', '-');
  return key;
}

bool is_locale_name(std::string_view key) {
  const bool plain = std::ranges::all_of(key, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
  return plain && key.size() >= 2 && key.size() <= 35 && key.front() >= 'a' && key.find("--") == std::string_view::npos && key.back() != '-';
}

std::string small(std::string_view text) {
  std::u32string letters;
  for (const char32_t c : to_utf32(text)) letters += small_letter(c);
  return to_utf8(letters);
}

std::set<std::string, std::less<>> abbreviations_of(const std::vector<std::string>& words) {
  std::set<std::string, std::less<>> set;
  for (const auto& word : words) set.insert(small(word.ends_with('.') ? word.substr(0, word.size() - 1) : word));
  return set;
}

}  // namespace

void PolicyReader::read(const Node& root) {
  DocumentFields fields(reader_, root, "a policy file", "locales: {en-US: {authentication: [order]}}");
  if (const auto* node = fields.get("default_locale")) {
    if (auto name = reader_.text(*node, "default_locale")) default_ = *std::move(name), default_at_ = node->where;
  }
  if (const auto* locales = fields.get("locales")) {
    const DocumentFields all(reader_, *locales, "`locales`", "en-US: {authentication: [order]}");
    for (const auto& member : locales->members) read_locale(member);
  }
  fields.finish();
}

void PolicyReader::read_locale(const Node::Member& member) {
  const auto key = key_of(member.key);
  if (!is_locale_name(key)) {
    reader_.report(
        {.message = fmt::format("{} is no locale", quote(cut(member.key, 60))), .where = member.where, .hint = "write it as `en-US`, or a language as `en`"});
    return;
  }
  auto& entry = entries_[key];
  entry.name = member.key, entry.where = member.where;
  DocumentFields fields(reader_, member.value, "locale " + quote(member.key), "{authentication: [order], replies: {greeting: Hello}}");
  if (const auto* node = fields.get("inherits"))
    if (auto name = reader_.text(*node, "inherits")) entry.inherits = *std::move(name), entry.inherits_at = node->where;
  read_phrases(fields, "unsafe", &LocaleRules::unsafe, entry);
  read_phrases(fields, "human", &LocaleRules::human, entry);
  read_phrases(fields, "authentication", &LocaleRules::authentication, entry);
  read_phrases(fields, "pin_words", &LocaleRules::pin_words, entry);
  read_phrases(fields, "number_questions", &LocaleRules::number_questions, entry);
  read_phrases(fields, "number_requests", &LocaleRules::number_requests, entry);
  read_phrases(fields, "number_follow_ups", &LocaleRules::number_follow_ups, entry);
  read_words(fields, entry);
  if (const auto* node = fields.get("replies")) read_replies(*node, entry);
  if (const auto* node = fields.get("numbers")) read_numbers(*node, entry);
  if (const auto* node = fields.get("abbreviations")) read_abbreviations(*node, entry);
  fields.finish();
}

std::vector<Phrase> PolicyReader::phrases_of(const Node& node, std::string_view what) {
  std::vector<Phrase> phrases;
  if (node.is_sequence() && node.items.empty()) return phrases;  // nothing of it is wanted
  if (!reader_.texts(node, what)) return phrases;
  for (const auto& item : node.items) {
    std::string mistake;
    if (auto phrase = Phrase::parse(item.text, mistake))
      phrases.push_back(*std::move(phrase));
    else
      reader_.report(item, fmt::format("{} is no phrase: {}", quote(cut(item.text, 60)), mistake),
                     "write words, `a|b` for either, `a?` for what may be missing, `*` for a gap");
  }
  return phrases;
}

/// A list replaces what stood there; `{add: …, except: …}` goes on from it.
void PolicyReader::read_phrases(DocumentFields& outer, std::string_view key, PhraseList LocaleRules::* list, Entry& entry) {
  const auto* node = outer.get(key);
  if (!node) return;
  if (!node->is_mapping()) {
    entry.changes.emplace_back([list, phrases = phrases_of(*node, key)](LocaleRules& rules) { rules.*list = {phrases, {}}; });
    return;
  }
  DocumentFields fields(reader_, *node, quote(key));
  const auto read = [&](std::string_view name) {
    const auto* value = fields.get(name);
    return value ? std::optional(phrases_of(*value, name)) : std::nullopt;
  };
  auto phrases = read("phrases"), add = read("add"), except = read("except");
  fields.finish();
  entry.changes.emplace_back([list, phrases = std::move(phrases), add = std::move(add), except = std::move(except)](LocaleRules& rules) {
    auto& target = rules.*list;
    if (phrases) target = {*phrases, {}};
    if (add) target.phrases.insert(target.phrases.end(), add->begin(), add->end());
    if (except) target.except.insert(target.except.end(), except->begin(), except->end());
  });
}

void PolicyReader::read_joined(DocumentFields& fields, std::string_view key, std::set<std::string> LocaleRules::* set, Entry& entry) {
  const auto words = fields.texts(key);
  if (!words) return;
  std::set<std::string> joined;
  for (const auto& word : *words) joined.insert(joined_words(word));
  entry.changes.emplace_back([set, joined = std::move(joined)](LocaleRules& rules) { rules.*set = joined; });
}

void PolicyReader::read_words(DocumentFields& fields, Entry& entry) {
  if (auto hints = fields.texts("hints")) entry.changes.emplace_back([hints = *std::move(hints)](LocaleRules& rules) { rules.hints = hints; });
  if (auto voice = fields.text("voice")) entry.changes.emplace_back([voice = *std::move(voice)](LocaleRules& rules) { rules.voice = voice; });
  read_joined(fields, "function_words", &LocaleRules::function_words, entry);
  read_joined(fields, "pin_around", &LocaleRules::pin_around, entry);
  read_joined(fields, "pin_is", &LocaleRules::pin_is, entry);
  read_joined(fields, "backchannels", &LocaleRules::backchannels, entry);
}

void PolicyReader::read_replies(const Node& node, Entry& entry) {
  DocumentFields fields(reader_, node, "`replies`", "{greeting: Hello}");
  for (std::size_t i = 0; i < reply_count; ++i) {
    const auto key = to_string(static_cast<Reply>(i));
    const auto* value = fields.get(key);
    if (!value) continue;
    auto text = reader_.text(*value, key);
    if (text && plain_words(*text).empty())
      reader_.report(*value, fmt::format("{} has nothing to say", key), "write a sentence, or leave it out for the one it stands for");
    if (text) entry.changes.emplace_back([i, text = *std::move(text)](LocaleRules& rules) { rules.replies.at(i) = text; });
  }
  fields.finish();
}

std::map<std::string, int> PolicyReader::values_of(DocumentFields& fields, std::string_view key, int most) {
  std::map<std::string, int> values;
  const auto* node = fields.get(key);
  if (!node) return values;
  const DocumentFields mapping(reader_, *node, quote(key), "one: 1");
  for (const auto& member : node->members) {
    const auto word = joined_words(member.key);
    const auto value = reader_.integer(member.value, member.key, 0, most);
    if (word.empty()) reader_.report({.message = fmt::format("{} holds no word", quote(member.key)), .where = member.where, .hint = "remove it"});
    if (value && !word.empty()) values[word] = static_cast<int>(*value);
  }
  return values;
}

std::vector<std::string> PolicyReader::joined_of(DocumentFields& fields, std::string_view key) {
  std::vector<std::string> joined;
  for (const auto& word : fields.texts(key).value_or(std::vector<std::string>{})) joined.push_back(joined_words(word));
  std::erase(joined, "");
  return joined;
}

void PolicyReader::read_numbers(const Node& node, Entry& entry) {
  DocumentFields fields(reader_, node, "`numbers`", "{units: {zero: 0, one: 1}, tens: {twenty: 20}}");
  NumberWords numbers{.units = values_of(fields, "units", 99), .tens = values_of(fields, "tens", 90)};
  if (const auto* list = fields.get("long_tens")) {
    if (const auto texts = reader_.texts(*list, "long_tens"))
      for (const auto& item : list->items)
        if (const auto value = reader_.integer(item, "long_tens", 20, 90)) numbers.long_tens.insert(static_cast<int>(*value));
  }
  numbers.between = joined_of(fields, "between");
  numbers.between_required = fields.boolean("between_required").value_or(false);
  numbers.prefix = joined_words(fields.text("prefix").value_or(""));
  numbers.repeats = values_of(fields, "repeats", 4);
  for (auto& word : joined_of(fields, "weak")) numbers.weak.insert(std::move(word));
  numbers.sounds_like = values_of(fields, "sounds_like", 99);
  for (auto& word : joined_of(fields, "pauses")) numbers.pauses.insert(std::move(word));
  if (node.is_mapping() && !node.find("units")) reader_.report(node, "`numbers` needs \"units\"", "add `units: {zero: 0, one: 1, …}`");
  fields.finish();
  entry.changes.emplace_back([numbers = std::move(numbers)](LocaleRules& rules) { rules.numbers = numbers; });
}

void PolicyReader::read_abbreviations(const Node& node, Entry& entry) {
  DocumentFields fields(reader_, node, "`abbreviations`", "{before_names: [dr]}");
  const auto read = [&](std::string_view key) { return abbreviations_of(fields.texts(key).value_or(std::vector<std::string>{})); };
  Abbreviations known{.before_names = read("before_names"), .before_numbers = read("before_numbers"), .others = read("others")};
  fields.finish();
  entry.changes.emplace_back([known = std::move(known)](LocaleRules& rules) { rules.abbreviations = known; });
}

std::optional<LocaleRules> PolicyReader::resolve(const Entry& entry, std::size_t depth) {
  const auto key = key_of(entry.name);
  auto parent = key_of(entry.inherits);
  if (parent.empty() && key.find('-') != std::string::npos) parent = key.substr(0, key.find('-'));
  LocaleRules rules{.abbreviations = spoken_abbreviations()};
  if (const auto found = entries_.find(parent); found != entries_.end() && !parent.empty()) {
    if (depth == deepest) {
      reader_.report({.message = fmt::format("locale {} builds on itself", quote(entry.name)),
                      .where = entry.inherits_at,
                      .hint = "name another locale, or remove `inherits`"});
      return std::nullopt;
    }
    auto base = resolve(found->second, depth + 1);
    if (!base) return std::nullopt;
    rules = *std::move(base);
  } else if (!entry.inherits.empty()) {
    std::vector<std::string> names;
    for (const auto& [_, each] : entries_) names.push_back(each.name);
    if (depth == 0) reader_.report_unknown("locale", entry.inherits, entry.inherits_at, names);
    return std::nullopt;
  }
  for (const auto& change : entry.changes) change(rules);
  rules.locale = entry.name;
  return rules;
}

/// A caller must not be spoken to in two languages, nor met with silence.
void PolicyReader::report_missing(const Entry& entry, const LocaleRules& rules) {
  std::vector<std::string> missing;
  for (std::size_t i = 0; i < reply_count; ++i)
    if (rules.replies.at(i).empty()) missing.emplace_back(to_string(static_cast<Reply>(i)));
  if (!missing.empty())
    reader_.report({.message = fmt::format("locale {} does not say what to reply: {}", quote(entry.name), join(missing, ", ")),
                    .where = entry.where,
                    .hint = "add them to its `replies`, or `inherits: en-US`"});
  if (rules.numbers.units.empty())
    reader_.report({.message = fmt::format("locale {} has no `numbers`: no PIN could be said in it", quote(entry.name)),
                    .where = entry.where,
                    .hint = "add `numbers: {units: {…}, tens: {…}}`, or `inherits: en-US`"});
}

std::shared_ptr<const PolicyBook> PolicyReader::finish() {
  auto book = std::make_shared<PolicyBook>();
  book->default_ = default_;
  const bool is_sound = reader_.problems().empty();  // else what is missing may only be misspelt
  for (const auto& [key, entry] : entries_) {
    auto rules = resolve(entry);
    if (!rules) continue;
    if (is_sound) report_missing(entry, *rules);
    book->rules_[key] = std::make_shared<const LocaleRules>(*std::move(rules));
  }
  if (!entries_.contains(key_of(default_))) {
    std::vector<std::string> names;
    for (const auto& [_, entry] : entries_) names.push_back(entry.name);
    reader_.report_unknown("locale", default_, default_at_, names);
  }
  if (!reader_.problems().empty()) throw Problems(std::move(reader_.problems()));
  return book;
}

}  // namespace antiphon::gateway
