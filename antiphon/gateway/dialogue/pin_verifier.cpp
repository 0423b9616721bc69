#include "antiphon/gateway/dialogue/pin_verifier.hpp"

#include <utility>

#include <fmt/format.h>
#include <openssl/crypto.h>

#include "antiphon/base/compute.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/json.hpp"

namespace antiphon::gateway {

namespace {

using Hashes = std::map<std::string, PinHash, std::less<>>;

/// Nobody's: an unknown caller takes as long as a known one.
PinHash nobody(const Hashes& known) {
  return {.cost = known.empty() ? PinCost{} : known.begin()->second.cost, .salt = std::string(16, '\0'), .hash = std::string(32, '\0')};
}

class PinFile final : public PinVerifier {
 public:
  PinFile(Runtime& runtime, Hashes hashes) : runtime_(runtime), hashes_(std::make_shared<const Hashes>(std::move(hashes))), nobody_(nobody(*hashes_)) {}

  Task<bool> verify(std::string caller_id, Pin pin, Deadline) override {
    const auto known = hashes_->find(caller_id);
    const bool exists = known != hashes_->end();
    // Shared with the thread, which may go on when the call is gone.
    auto secret = std::make_shared<const Pin>(std::move(pin));
    const bool right = co_await compute<bool>(runtime_, [hash = exists ? known->second : nobody_, secret] { return hash.matches(*secret); });
    co_return right&& exists;
  }

 private:
  Runtime& runtime_;
  std::shared_ptr<const Hashes> hashes_;
  PinHash nobody_;
};

class HttpPinVerifier final : public PinVerifier {
 public:
  HttpPinVerifier(Runtime& runtime, net::HttpClient& client, HttpPinOptions options) : runtime_(runtime), client_(client), options_(std::move(options)) {}

  Task<bool> verify(std::string caller_id, Pin pin, Deadline deadline) override {
    const auto reply = co_await client_.send(request_for(caller_id, pin), deadline.sooner(Deadline::after(runtime_.clock, options_.timeout)));
    if (reply.status != 200) throw Error(kind_of(reply.status), fmt::format("the PIN verifier answered HTTP {}", reply.status)).with_status(reply.status);
    const auto answer = try_parse_json(reply.body);
    const auto* valid = answer ? find(*answer, "valid") : nullptr;
    // The answer is not quoted: it may hold the PIN.
    if (!valid || !valid->is_bool()) throw Error(ErrorKind::protocol, "the PIN verifier did not answer {\"valid\": true} or {\"valid\": false}");
    co_return valid->as_bool();
  }

 private:
  net::HttpRequest request_for(const std::string& caller_id, const Pin& pin) const {
    net::HttpRequest request{
        .url = options_.url, .headers = {{"Content-Type", "application/json"}}, .reply_limit = std::size_t{64} * 1024, .tls = options_.tls};
    if (!options_.token.empty()) request.headers.emplace_back("Authorization", "Bearer " + options_.token);
    request.body = "{\"caller_id\":";
    append_json_string(request.body, caller_id);
    request.body += ",\"pin\":";
    append_json_string(request.body, pin.reveal());
    request.body += '}';
    return request;
  }

  static ErrorKind kind_of(int status) {
    if (status == 401 || status == 403) return ErrorKind::unauthorized;
    if (status == 429) return ErrorKind::rate_limited;
    return status >= 500 ? ErrorKind::unavailable : ErrorKind::protocol;
  }

  Runtime& runtime_;
  net::HttpClient& client_;
  HttpPinOptions options_;
};

}  // namespace

std::unique_ptr<PinVerifier> open_pin_file(Runtime& runtime, const std::string& file) {
  return std::make_unique<PinFile>(runtime, parse_pin_lines(read_file(file), file));
}

std::unique_ptr<PinVerifier> make_http_pin_verifier(Runtime& runtime, net::HttpClient& client, HttpPinOptions options) {
  return std::make_unique<HttpPinVerifier>(runtime, client, std::move(options));
}

}  // namespace antiphon::gateway
