#include "antiphon/base/error.hpp"

#include <algorithm>
#include <typeinfo>

namespace antiphon {

std::string_view to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage: return "usage";
    case ErrorKind::configuration: return "configuration";
    case ErrorKind::not_found: return "not_found";
    case ErrorKind::invalid_input: return "invalid_input";
    case ErrorKind::unauthorized: return "unauthorized";
    case ErrorKind::rate_limited: return "rate_limited";
    case ErrorKind::refused: return "refused";
    case ErrorKind::unavailable: return "unavailable";
    case ErrorKind::timeout: return "timeout";
    case ErrorKind::closed: return "closed";
    case ErrorKind::protocol: return "protocol";
    case ErrorKind::too_large: return "too_large";
    case ErrorKind::exhausted: return "exhausted";
    case ErrorKind::cancelled: return "cancelled";
    case ErrorKind::unsupported: return "unsupported";
    case ErrorKind::io: return "io";
    case ErrorKind::internal: return "internal";
  }
  return "internal";
}

std::optional<ErrorKind> error_kind_from(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(ErrorKind::internal); ++i)
    if (to_string(static_cast<ErrorKind>(i)) == name) return static_cast<ErrorKind>(i);
  return std::nullopt;
}

std::string_view to_string(Party party) {
  switch (party) {
    case Party::agent: return "agent";
    case Party::simulated_user: return "simulated_user";
    case Party::judge: return "judge";
    case Party::provider: return "provider";
    case Party::transport: return "transport";
    case Party::harness: return "harness";
  }
  return "harness";
}

std::string words_of(Party party) {
  std::string text(to_string(party));
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

std::optional<Party> party_from(std::string_view name) {
  for (auto party : {Party::agent, Party::simulated_user, Party::judge, Party::provider, Party::transport, Party::harness})
    if (to_string(party) == name) return party;
  return std::nullopt;
}

std::string describe(std::exception_ptr error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    return *e.what() ? e.what() : typeid(e).name();
  } catch (...) {
    return "an exception that is no std::exception";
  }
}

}  // namespace antiphon
