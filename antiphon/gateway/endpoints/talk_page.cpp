#include "antiphon/gateway/endpoints/talk_page.hpp"

#include "antiphon/gateway/endpoints/access.hpp"

namespace antiphon::gateway {

namespace {

// The page's own policy says what it may load; nobody else's page may show it and make people click in it.
net::HttpReply file(std::string_view type, std::string_view body, bool head) {
  return {200,
          {{"Content-Type", std::string(type)},
           {"Cache-Control", "no-cache"},
           {"Content-Security-Policy", "frame-ancestors 'none'"},
           {"Permissions-Policy", "microphone=(self)"},
           {"Referrer-Policy", "no-referrer"},
           {"X-Content-Type-Options", "nosniff"}},
          std::string(head ? std::string_view() : body)};
}

}  // namespace

std::optional<net::HttpReply> talk_page(const net::ServerRequest& request) {
  const auto path = request.path();
  if (path != "/" && path != "/talk-audio.js") return std::nullopt;
  if (request.method != "GET" && request.method != "HEAD") return refusal(405, "the page is read with GET", {{"Allow", "GET, HEAD"}});
  const bool head = request.method == "HEAD";
  return path == "/" ? file("text/html; charset=utf-8", talk_html(), head) : file("text/javascript; charset=utf-8", talk_audio_script(), head);
}

}  // namespace antiphon::gateway
