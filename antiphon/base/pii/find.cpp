#include "antiphon/base/pii/find.hpp"

#include <algorithm>
#include <array>

#include <arpa/inet.h>

#include "antiphon/base/regex.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::pii {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alnum(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string digits_of(std::string_view text) {
  std::string digits;
  std::copy_if(text.begin(), text.end(), std::back_inserter(digits), is_digit);
  return digits;
}

int number(std::string_view digits) { return std::stoi(std::string(digits)); }

// --- cards ---------------------------------------------------------------------------------------------------------------------------

struct Issuer {
  int first, last;  ///< of the leading digits
  std::size_t digits;
  std::size_t shortest, longest;
};
constexpr Issuer issuers[] = {
    {4, 4, 1, 13, 19},       {51, 55, 2, 16, 16},   {2221, 2720, 4, 16, 16}, {34, 34, 2, 15, 15}, {37, 37, 2, 15, 15},
    {6011, 6011, 4, 16, 19}, {644, 659, 3, 16, 19}, {36, 36, 2, 14, 19},     {38, 39, 2, 16, 19}, {300, 305, 3, 14, 19},
    {3528, 3589, 4, 16, 19}, {62, 62, 2, 16, 19},   {50, 50, 2, 16, 19},     {56, 58, 2, 16, 19}, {67, 67, 2, 16, 19},
};

bool is_card(std::string_view text) {
  const auto digits = digits_of(text);
  const auto issued = std::any_of(std::begin(issuers), std::end(issuers), [&](const Issuer& issuer) {
    if (digits.size() < issuer.shortest || digits.size() > issuer.longest) return false;
    const int lead = number(std::string_view(digits).substr(0, issuer.digits));
    return lead >= issuer.first && lead <= issuer.last;
  });
  return issued && passes_luhn(digits);
}

// --- bank accounts --------------------------------------------------------------------------------------------------------------------

struct Country {
  std::string_view code;
  std::size_t length;
};
constexpr Country countries[] = {
    {"AD", 24}, {"AE", 23}, {"AL", 28}, {"AT", 20}, {"AZ", 28}, {"BA", 20}, {"BE", 16}, {"BG", 22}, {"BH", 22}, {"BR", 29}, {"BY", 28}, {"CH", 21},
    {"CR", 22}, {"CY", 28}, {"CZ", 24}, {"DE", 22}, {"DK", 18}, {"DO", 28}, {"EE", 20}, {"EG", 29}, {"ES", 24}, {"FI", 18}, {"FO", 18}, {"FR", 27},
    {"GB", 22}, {"GE", 22}, {"GI", 23}, {"GL", 18}, {"GR", 27}, {"GT", 28}, {"HR", 21}, {"HU", 28}, {"IE", 22}, {"IL", 23}, {"IQ", 23}, {"IS", 26},
    {"IT", 27}, {"JO", 30}, {"KW", 30}, {"KZ", 20}, {"LB", 28}, {"LI", 21}, {"LT", 20}, {"LU", 20}, {"LV", 21}, {"MC", 27}, {"MD", 24}, {"ME", 22},
    {"MK", 19}, {"MR", 27}, {"MT", 31}, {"MU", 30}, {"NL", 18}, {"NO", 15}, {"PK", 24}, {"PL", 28}, {"PS", 29}, {"PT", 25}, {"QA", 29}, {"RO", 24},
    {"RS", 22}, {"SA", 24}, {"SE", 24}, {"SI", 19}, {"SK", 24}, {"SM", 27}, {"TN", 24}, {"TR", 26}, {"UA", 29}, {"VA", 22}, {"VG", 24}, {"XK", 20},
};

std::string compact_upper(std::string_view text) {
  std::string compact;
  for (const char c : text)
    if (is_alnum(c)) compact += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return compact;
}

std::size_t iban_length(std::string_view compact) {
  const auto* country = std::find_if(std::begin(countries), std::end(countries), [&](const Country& each) { return compact.starts_with(each.code); });
  return country == std::end(countries) ? 0 : country->length;
}

// The pattern takes as many groups as stand there; the country says how many characters belong to the number.
std::size_t iban_end(std::string_view text, const Regex::Match& match) {
  const auto length = iban_length(compact_upper(text.substr(match.begin, 2)));
  std::size_t seen = 0, at = match.begin;
  for (; at < match.end && seen < length; ++at)
    if (is_alnum(text[at])) ++seen;
  const bool whole = length > 0 && seen == length && (at >= text.size() || !is_alnum(text[at]));
  return whole && is_iban(compact_upper(text.substr(match.begin, at - match.begin))) ? at : match.begin;
}

// --- the others -----------------------------------------------------------------------------------------------------------------------

bool is_ssn(std::string_view text) {
  const auto digits = digits_of(text);
  const int area = number(digits.substr(0, 3)), group = number(digits.substr(3, 2)), serial = number(digits.substr(5));
  return area != 0 && area != 666 && area < 900 && group != 0 && serial != 0;
}

bool is_phone(std::string_view text) {
  const auto count = digits_of(text).size();
  return count >= 8 && count <= 15;
}

// This machine's own addresses say nothing about anybody.
bool is_address(std::string_view text) {
  const std::string address(text);
  in_addr four{};
  if (inet_pton(AF_INET, address.c_str(), &four) == 1) {
    const auto host = ntohl(four.s_addr);
    return (host >> 24) != 127 && host != 0 && host != 0xFFFFFFFF;
  }
  in6_addr six{};
  if (inet_pton(AF_INET6, address.c_str(), &six) != 1 || IN6_IS_ADDR_LOOPBACK(&six) || IN6_IS_ADDR_UNSPECIFIED(&six)) return false;
  return std::count(address.begin(), address.end(), ':') >= 3;
}

bool is_email(std::string_view text) {
  const auto at = text.find('@');
  return at <= 64 && text.substr(0, at).find("..") == std::string_view::npos && text.size() <= 254;
}

bool always(std::string_view) { return true; }

struct Detector {
  std::string_view kind;
  Regex pattern;
  bool (*holds)(std::string_view);
};

// In this order: what has check digits is sure, so that nothing else takes its digits for its own.
const std::vector<Detector>& detectors() {
  static const std::vector<Detector> all{
      {"secret",
       Regex(
           R"((?<![A-Za-z0-9_-])(?:sk-[A-Za-z0-9_-]{20,}|gh[pousr]_[A-Za-z0-9]{36,}|A(?:KIA|SIA)[0-9A-Z]{16}|AIza[0-9A-Za-z_-]{35}|xox[baprs]-[A-Za-z0-9-]{10,}|eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,})|-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----)"),
       always},
      {"email", Regex(R"((?<![\w.+%-])[\w+%-][\w.+%-]*(?<!\.)@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+\p{L}{2,}(?![\w@]))"), is_email},
      {"iban", Regex(R"((?<![A-Za-z0-9])[A-Za-z]{2}[0-9]{2}(?:[ -]?[A-Za-z0-9]){11,30})"), nullptr},
      {"card", Regex(R"((?<![A-Za-z0-9.,/-])(?<![0-9] )[0-9](?:[ -]?[0-9]){12,18}(?![A-Za-z0-9])(?![ -]?[0-9]))"), is_card},
      {"ssn", Regex(R"((?<![A-Za-z0-9.-])[0-9]{3}([ -])[0-9]{2}\1[0-9]{4}(?![A-Za-z0-9]|[-.][0-9]))"), is_ssn},
      {"ip",
       Regex(
           R"((?<![\w.:])(?<!version )(?<!Version )(?<!release )(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![\w:]|\.[0-9])|[0-9A-Fa-f:]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*[0-9A-Fa-f:](?![\w:])))"),
       is_address},
      {"phone",
       Regex(
           R"((?<![\w.,/$€£+-])(?<![0-9] )(?:\+[1-9][0-9]{0,2}(?:[ .\/-]?(?:\([0-9]{1,4}\)|[0-9]{1,5})){2,6}|(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[-.])[2-9][0-9]{2}[-. ][0-9]{4}|\(?0[1-9][0-9]{1,4}\)?[ \/-][0-9]{3,8}(?:[ -][0-9]{2,5}){0,3})(?![A-Za-z0-9]|[-.,\/:][0-9]))"),
       is_phone},
  };
  return all;
}

bool overlaps(const std::vector<Finding>& findings, std::size_t begin, std::size_t end) {
  return std::any_of(findings.begin(), findings.end(), [&](const Finding& each) { return begin < each.end && each.begin < end; });
}

void find_all(const Detector& detector, std::string_view text, std::vector<Finding>& findings) {
  for (std::size_t from = 0; from < text.size();) {
    const auto match = detector.pattern.search(text, from);
    if (!match) return;
    const auto end =
        detector.holds ? (detector.holds(text.substr(match->begin, match->end - match->begin)) ? match->end : match->begin) : iban_end(text, *match);
    const bool taken = end > match->begin && !overlaps(findings, match->begin, end);
    if (taken) findings.push_back({.kind = detector.kind, .begin = match->begin, .end = end});
    from = taken ? end : match->begin + 1;
    while (from < text.size() && (static_cast<unsigned char>(text[from]) & 0xC0) == 0x80) ++from;  // a search begins at a character
  }
}

std::string last(std::string_view text, std::size_t count) { return std::string(text.substr(text.size() - std::min(count, text.size()))); }

}  // namespace

const std::vector<std::string>& known_kinds() {
  static const std::vector<std::string> kinds{"card", "email", "iban", "ip", "phone", "secret", "ssn"};
  return kinds;
}

bool passes_luhn(std::string_view digits) {
  int sum = 0;
  bool doubled = false;
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, doubled = !doubled) {
    const int value = (*digit - '0') * (doubled ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 == 0;
}

bool is_iban(std::string_view compact) {
  if (compact.size() < 15 || compact.size() != iban_length(compact)) return false;
  const auto moved = std::string(compact.substr(4)) + std::string(compact.substr(0, 4));
  int rest = 0;
  for (const char c : moved) {
    const int value = is_digit(c) ? c - '0' : c - 'A' + 10;
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest == 1;
}

std::vector<Finding> find(std::string_view text, std::span<const std::string> kinds) {
  const auto repaired = repair_utf8(text);
  if (repaired != text) return find(repaired, kinds);
  std::vector<Finding> findings;
  // All are looked for, wanted or not, so that a card is no phone number where only those are wanted.
  for (const auto& detector : detectors()) find_all(detector, text, findings);
  std::erase_if(findings, [&](const Finding& each) { return std::find(kinds.begin(), kinds.end(), each.kind) == kinds.end(); });
  std::sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) { return a.begin < b.begin; });
  return findings;
}

std::string masked(std::string_view kind, std::string_view value) {
  if (kind == "email") {
    const auto at = value.find('@');
    const auto dot = value.rfind('.');
    return std::string(value.substr(0, 1)) + "***@***" + std::string(value.substr(std::max(at, dot)));
  }
  if (kind == "iban") return std::string(value.substr(0, 2)) + "** **** " + last(compact_upper(value), 4);
  if (kind == "card") return "**** **** **** " + last(digits_of(value), 4);
  if (kind == "ssn") return "***-**-" + last(digits_of(value), 4);
  if (kind == "ip") return std::string(value.substr(0, value.find_first_of(".:"))) + (value.find('.') != std::string_view::npos ? ".*.*.*" : ":****");
  if (kind == "phone") return (value.starts_with('+') ? "+*** *** " : "*** *** ") + last(digits_of(value), 2);
  return std::string(value.substr(0, std::min<std::size_t>(value.size(), 4))) + "***";
}

}  // namespace antiphon::pii
