#pragma once

#include <string>
#include <string_view>

#include "antiphon/net/http.hpp"
#include "antiphon/net/internal/url.hpp"

namespace antiphon::net {

/// As RFC 9110 writes names and the like.
bool is_token(std::string_view name);
bool equal_names(std::string_view a, std::string_view b);

/// @throws Error configuration naming a field that no header can hold.
void check_fields(const Headers& headers);

/// The header of a request, its empty line included. `absolute`: for a proxy, with the whole address as target.
/// @throws Error configuration naming a field that no header can hold.
std::string request_head(const HttpRequest& request, const Url& url, bool absolute, std::string_view proxy_authorization);

enum class Framing { length, chunked, until_close, none };

/// The header of a reply, its empty line included.
std::string reply_head(int status, const Headers& headers, Framing framing, std::size_t length, bool keep_alive, bool http_1_0);

/// `{"error": {"message": …}}` as a reply.
HttpReply error_reply(int status, std::string_view message);

}  // namespace antiphon::net
