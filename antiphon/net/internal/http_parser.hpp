#pragma once

#include <string_view>

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "antiphon/net/http.hpp"

namespace antiphon::net {

constexpr std::uint32_t header_limit = 64 * 1024;  // unless a server wants more

/// Beast's parser, writing straight into our own types.
template <bool is_request>
class MessageParser : public boost::beast::http::basic_parser<is_request> {
 public:
  using Base = boost::beast::http::basic_parser<is_request>;

  explicit MessageParser(std::size_t body_limit, std::uint32_t most_of_header = header_limit) {
    this->eager(true);
    this->header_limit(most_of_header);
    this->body_limit(body_limit);
  }

  Headers headers;
  std::string body;

  /// Takes in what it can and returns how much that was: less than all where a header is incomplete, or the message is.
  std::size_t feed(std::string_view bytes, boost::system::error_code& error) {
    std::size_t used = 0;
    while (used < bytes.size() && !this->is_done() && !error) {
      const auto rest = bytes.substr(used);
      used += this->put(boost::asio::const_buffer(rest.data(), rest.size()), error);
    }
    if (error == boost::beast::http::error::need_more) error = {};
    return used;
  }

 private:
  using string_view = boost::beast::string_view;
  using error_code = boost::beast::error_code;

  void on_field_impl(boost::beast::http::field, string_view name, string_view value, error_code&) override { headers.emplace_back(name, value); }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
    // What is announced need not come: beyond this the body grows as it arrives.
    if (length) body.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(*length, 256 * 1024)));
  }
  std::size_t on_body_impl(string_view part, error_code&) override { return append(part); }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view part, error_code&) override { return append(part); }
  void on_finish_impl(error_code&) override {}

  std::size_t append(string_view part) {
    body.append(part.data(), part.size());
    return part.size();
  }
};

class ReplyParser final : public MessageParser<false> {
 public:
  using MessageParser::MessageParser;
  int status = 0;

 private:
  void on_request_impl(boost::beast::http::verb, boost::beast::string_view, boost::beast::string_view, int, boost::beast::error_code&) override {}
  void on_response_impl(int code, boost::beast::string_view, int, boost::beast::error_code&) override { status = code; }
};

class RequestParser final : public MessageParser<true> {
 public:
  using MessageParser::MessageParser;
  std::string method, target;
  int version = 11;

 private:
  void on_request_impl(boost::beast::http::verb, boost::beast::string_view name, boost::beast::string_view path, int number,
                       boost::beast::error_code&) override {
    method = name;
    target = path;
    version = number;
  }
  void on_response_impl(int, boost::beast::string_view, int, boost::beast::error_code&) override {}
};

/// Feeds `parser` from what is left over and then from `bytes`; keeps in `unread` what it could not use yet.
template <class Parser>
void feed(Parser& parser, std::string& unread, std::string_view bytes, boost::system::error_code& error) {
  if (unread.empty()) {
    const auto used = parser.feed(bytes, error);
    unread.assign(bytes.substr(used));
  } else {
    unread.append(bytes);
    unread.erase(0, parser.feed(unread, error));
  }
}

}  // namespace antiphon::net
