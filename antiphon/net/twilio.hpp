#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace antiphon::net {

/// Fields of a form, decoded.
using FormFields = std::vector<std::pair<std::string, std::string>>;

/// @throws Error invalid_input where it is none (application/x-www-form-urlencoded).
FormFields read_form(std::string_view body);
std::string write_form(const FormFields& fields);
/// The first of that name; empty where there is none.
std::string form_field(const FormFields& fields, std::string_view name);

/// What `X-Twilio-Signature` holds: base64 of HMAC-SHA1, keyed by the account's auth token, over the address as it was asked for and the names and values of
/// a form, sorted by name. A request for a WebSocket has no form.
/// @see https://www.twilio.com/docs/usage/security
std::string twilio_signature(std::string_view auth_token, std::string_view url, FormFields fields);
/// In constant time for each signature. Ports that a scheme has anyway may or may not be written, as Twilio's own libraries do it.
bool is_twilio_signature(std::string_view signature, std::string_view auth_token, std::string_view url, const FormFields& fields);

inline constexpr std::string_view twilio_signature_header = "X-Twilio-Signature";

}  // namespace antiphon::net
