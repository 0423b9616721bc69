#include "antiphon/net/twilio.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "antiphon/base/base64.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/net/query.hpp"

namespace antiphon::net {

namespace {

bool same(std::string_view one, std::string_view other) { return one.size() == other.size() && CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0; }

/// The other way in which the same address may have been written: with the port that its scheme has anyway, or without it.
std::optional<std::string> with_other_port(std::string_view url) {
  const auto scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return std::nullopt;
  const auto scheme = url.substr(0, scheme_end);
  const std::string port = scheme == "https" || scheme == "wss" ? ":443" : ":80";
  const auto host_end = std::min(url.find_first_of("/?", scheme_end + 3), url.size());
  auto host = std::string(url.substr(0, host_end));
  if (host.ends_with(port))
    host.resize(host.size() - port.size());
  else if (host.find(':', scheme_end + 3) == std::string::npos)
    host += port;
  else
    return std::nullopt;
  return host.append(url.substr(host_end));
}

}  // namespace

FormFields read_form(std::string_view body) {
  if (body.empty()) return {};
  return query_of("/?" + std::string(body));
}

std::string write_form(const FormFields& fields) {
  std::string text;
  for (const auto& [name, value] : fields) {
    if (!text.empty()) text += '&';
    text += percent_encode(name) + '=' + percent_encode(value);
  }
  return text;
}

std::string form_field(const FormFields& fields, std::string_view name) { return find_parameter(fields, name).value_or(""); }

std::string twilio_signature(std::string_view auth_token, std::string_view url, FormFields fields) {
  // Values of one name are sorted as well, and what stands twice counts once.
  std::ranges::sort(fields);
  fields.erase(std::unique(fields.begin(), fields.end()), fields.end());
  std::string text(url);
  for (const auto& [name, value] : fields) text.append(name).append(value);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  HMAC(EVP_sha1(), auth_token.data(), static_cast<int>(auth_token.size()), reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(),
       &size);
  return encode_base64({reinterpret_cast<const char*>(digest.data()), size});
}

bool is_twilio_signature(std::string_view signature, std::string_view auth_token, std::string_view url, const FormFields& fields) {
  const bool as_written = same(signature, twilio_signature(auth_token, url, fields));
  const auto other = with_other_port(url);
  const bool otherwise = other && same(signature, twilio_signature(auth_token, *other, fields));
  return as_written || otherwise;
}

}  // namespace antiphon::net
