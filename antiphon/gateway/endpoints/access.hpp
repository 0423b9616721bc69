#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/net/http.hpp"

namespace antiphon::gateway {

/// Who may call (GTW-13).
struct AccessSettings {
  std::vector<std::string> tokens{};   ///< any of them as `Authorization: Bearer TOKEN`
  std::string signing_key{};           ///< of signed addresses (`signed_target`), for browsers, which can send no header with a WebSocket
  std::vector<std::string> origins{};  ///< from which pages may call, besides those of this server: `https://shop.example`; `*`: from any
};

/// Whether a request may have what it asks for. Without tokens and without a key everybody may.
class Access {
 public:
  using WallTime = std::chrono::system_clock::time_point;

  /// @throws Error configuration: `*` beside tokens or a key; an origin that is none; an empty token; a key of under 16 bytes.
  explicit Access(AccessSettings settings);

  bool is_open() const { return settings_.tokens.empty() && settings_.signing_key.empty(); }
  /// Why not, for the client; nullopt: welcome. In constant time for each token.
  std::optional<net::HttpReply> refuse(const net::ServerRequest& request, WallTime now) const;

 private:
  bool has_token(const net::ServerRequest& request) const;
  bool is_signed(std::string_view target, WallTime now) const;
  bool may_come_from(const net::ServerRequest& request) const;

  AccessSettings settings_;
};

/// `target` (path and query) with an end and a signature (HMAC-SHA256) behind its query: good for whoever has it, until then, for exactly this.
std::string signed_target(std::string_view target, std::string_view key, Access::WallTime until);

/// Whether two secrets are the same; what is as long takes the same time.
bool same_secret(std::string_view one, std::string_view other);

/// An answer with a JSON body `{"error": {"message": …}}`.
net::HttpReply refusal(int status, std::string_view message, net::Headers headers = {});

}  // namespace antiphon::gateway
