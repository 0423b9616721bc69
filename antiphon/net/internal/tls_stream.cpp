#include "antiphon/net/internal/tls_stream.hpp"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <mutex>
#include <tuple>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/net/internal/gate.hpp"

namespace antiphon::net {

namespace {

struct FreeSsl {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};

std::string openssl_reason() {
  const auto code = ERR_peek_last_error();
  ERR_clear_error();
  if (code == 0) return "the connection ended";
  const char* reason = ERR_reason_error_string(code);
  return reason ? reason : fmt::format("OpenSSL error {:x}", code);
}

/// Why a file was of no use: where it cannot be opened, the system knows better.
std::string reason_of(const std::string& file) {
  if (::access(file.c_str(), R_OK) == 0) return openssl_reason();
  const int code = errno;
  ERR_clear_error();
  return boost::system::error_code(code, boost::system::system_category()).message();
}

/// Why no authorities can be read from here; empty where they can be looked for. A pipe that nobody writes to would hold up whoever opens it.
std::string obstacle_at(const std::string& file) {
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  if (!std::filesystem::exists(status)) return lower(error.message());
  if (std::filesystem::is_directory(status)) return "it is a folder";
  if (!std::filesystem::is_regular_file(status)) return "it is no file";
  return ::access(file.c_str(), R_OK) == 0 ? "" : lower(std::generic_category().message(errno));
}

Error no_authorities(const std::string& message) {
  return Error(ErrorKind::configuration, message)
      .with_hint("name a PEM file of the authorities to trust; a path in a configuration is relative to that file")
      .with_party(Party::harness);
}

std::string reason_of(SSL* ssl) {
  const auto reason = openssl_reason();
  const auto verified = SSL_get_verify_result(ssl);
  return verified == X509_V_OK ? reason : X509_verify_cert_error_string(verified);
}

bool is_address(const std::string& host) {
  boost::system::error_code error;
  boost::asio::ip::make_address(host, error);
  return !error;
}

void expect_host(SSL* ssl, const std::string& host, bool verify) {
  if (is_address(host)) {
    if (verify) X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str());
  } else {
    SSL_set_tlsext_host_name(ssl, host.c_str());
    if (verify) SSL_set1_host(ssl, host.c_str());
  }
}

// OpenSSL works on two buffers in memory; what goes in and out of them is carried by the stream below, so that this runs over any.
class TlsStream final : public HandshakeStream {
 public:
  enum class Side { client, server };

  TlsStream(SSL_CTX* context, Side side, std::unique_ptr<ByteStream> below, const asio::any_io_executor& executor)
      : below_(std::move(below)), ssl_(SSL_new(context)), turns_(executor) {
    in_ = BIO_new(BIO_s_mem());
    out_ = BIO_new(BIO_s_mem());
    SSL_set_bio(ssl_.get(), in_, out_);  // which owns them from now on
    if (side == Side::client)
      SSL_set_connect_state(ssl_.get());
    else
      SSL_set_accept_state(ssl_.get());
  }

  SSL* ssl() { return ssl_.get(); }

  Task<> handshake() override {
    for (;;) {
      ERR_clear_error();
      const int result = SSL_do_handshake(ssl_.get());
      const int error = SSL_get_error(ssl_.get(), result);
      if (error != SSL_ERROR_NONE && error != SSL_ERROR_WANT_READ) {
        failure_ = reason_of(ssl_.get());
        co_await flush();  // the alert that tells the far side why
        if (answers_plainly_)
          throw Error(ErrorKind::refused, "what listens there speaks no TLS")
              .with_hint("write ws:// in place of wss://, or http:// of https://, or name the port that speaks TLS");
        throw Error(ErrorKind::refused, failure_);
      }
      co_await flush();
      if (error == SSL_ERROR_NONE) co_return;
      if (!co_await receive()) throw Error(ErrorKind::refused, "the connection ended during the handshake");
    }
  }

  Task<std::string_view> read_some() override {
    auto& buffer = shared_buffer();
    for (;;) {
      co_await flush();
      ERR_clear_error();
      const int n = SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()));
      if (n > 0) co_return std::string_view(buffer.data(), static_cast<std::size_t>(n));
      const int error = SSL_get_error(ssl_.get(), n);
      if (error == SSL_ERROR_ZERO_RETURN) co_return std::string_view();
      if (error != SSL_ERROR_WANT_READ) throw boost::system::system_error(asio::error::connection_reset, openssl_reason());
      // An end without TLS's own goodbye may have been made by anybody on the way.
      if (!co_await receive()) throw boost::system::system_error(asio::error::connection_reset);
    }
  }

  Task<> write(std::initializer_list<std::string_view> parts) override {
    for (const auto part : parts) {
      if (part.empty()) continue;
      std::size_t written = 0;
      ERR_clear_error();
      if (SSL_write_ex(ssl_.get(), part.data(), part.size(), &written) != 1) throw boost::system::system_error(asio::error::connection_reset, openssl_reason());
    }
    co_await flush();
  }

  void end_writing() override { below_->end_writing(); }
  void close() override { below_->close(); }
  std::string far_address() const override { return below_->far_address(); }

 private:
  static std::array<char, 16 * 1024>& shared_buffer() {
    thread_local std::array<char, 16 * 1024> buffer;
    return buffer;
  }

  // Reading may have something to send, too (an answer to a new key), while a writer is in the middle of a record.
  Task<> flush() {
    if (BIO_ctrl_pending(out_) == 0) co_return;
    const auto turn = co_await turns_.take();
    if (BIO_ctrl_pending(out_) == 0) co_return;
    std::string bytes(BIO_ctrl_pending(out_), '\0');
    BIO_read(out_, bytes.data(), static_cast<int>(bytes.size()));
    co_await below_->write({bytes});
  }

  Task<bool> receive() {
    const auto bytes = co_await below_->read_some();
    // Each record of TLS begins with its type, of which there are 20 to 23 in a handshake.
    if (!bytes.empty() && !std::exchange(has_answered_, true)) answers_plainly_ = bytes.front() < 20 || bytes.front() > 23;
    if (!bytes.empty()) BIO_write(in_, bytes.data(), static_cast<int>(bytes.size()));
    co_return !bytes.empty();
  }

  std::unique_ptr<ByteStream> below_;
  std::unique_ptr<SSL, FreeSsl> ssl_;
  BIO* in_;
  BIO* out_;
  Turns turns_;
  bool has_answered_ = false, answers_plainly_ = false;
  std::string failure_;
};

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

using Settings = std::tuple<std::string, bool, std::filesystem::file_time_type, std::string, std::string>;

Settings settings_of(const TlsOptions& options) {
  std::error_code none;
  auto changed = std::filesystem::file_time_type::min();
  if (!options.ca_file.empty()) changed = std::filesystem::last_write_time(options.ca_file, none);
  return {options.ca_file, options.verify, changed, variable("SSL_CERT_FILE"), variable("SSL_CERT_DIR")};
}

}  // namespace

std::shared_ptr<TlsContext> TlsContext::shared(const TlsOptions& options) {
  constexpr std::size_t most = 16;
  static std::mutex mutex;
  static std::map<Settings, std::shared_ptr<TlsContext>> loaded;
  if (const auto why = options.ca_file.empty() ? std::string() : obstacle_at(options.ca_file); !why.empty())
    throw no_authorities(fmt::format("{} cannot be read: {}", options.ca_file, why));
  const auto settings = settings_of(options);
  const std::scoped_lock lock(mutex);
  if (const auto known = loaded.find(settings); known != loaded.end()) return known->second;
  auto context = std::make_shared<TlsContext>(options);
  if (loaded.size() >= most) loaded.clear();  // whoever uses one keeps it
  loaded.emplace(settings, context);
  return context;
}

TlsContext::TlsContext(const TlsOptions& options) : context_(SSL_CTX_new(TLS_client_method())), verify_(options.verify) {
  SSL_CTX_set_min_proto_version(context_, TLS1_2_VERSION);
  SSL_CTX_set_mode(context_, SSL_MODE_RELEASE_BUFFERS);
  constexpr unsigned char http_1_1[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  SSL_CTX_set_alpn_protos(context_, http_1_1, sizeof http_1_1);
  SSL_CTX_set_verify(context_, verify_ ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  if (options.ca_file.empty()) {
    SSL_CTX_set_default_verify_paths(context_);  // honours SSL_CERT_FILE
  } else if (ERR_clear_error(); SSL_CTX_load_verify_locations(context_, options.ca_file.c_str(), nullptr) != 1) {
    const auto reason = openssl_reason();
    SSL_CTX_free(context_);
    throw no_authorities(fmt::format("{} holds no certificates that can be read: {}", options.ca_file, reason));
  }
}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

Task<std::unique_ptr<ByteStream>> TlsContext::connect(std::unique_ptr<ByteStream> below, std::string host) {
  auto stream = std::make_unique<TlsStream>(context_, TlsStream::Side::client, std::move(below), co_await asio::this_coro::executor);
  expect_host(stream->ssl(), host, verify_);
  co_await stream->handshake();
  co_return std::unique_ptr<ByteStream>(std::move(stream));
}

namespace {

Error unusable(const std::string& file, std::string_view what) {
  return Error(ErrorKind::configuration, fmt::format("{} {}: {}", file, what, reason_of(file)))
      .with_hint("tls takes two PEM files: certificate (its own first, then those that lead to an authority) and key (without a password)");
}

void load(SSL_CTX* context, const ServerTls& files) {
  // Without it OpenSSL asks for a password at the terminal.
  SSL_CTX_set_default_passwd_cb(context, [](char*, int, int, void*) { return 0; });
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(context, files.certificate_file.c_str()) != 1)
    throw unusable(files.certificate_file, "holds no certificate that can be read");
  if (SSL_CTX_use_PrivateKey_file(context, files.key_file.c_str(), SSL_FILETYPE_PEM) != 1)
    throw unusable(files.key_file, fmt::format("holds no key that goes with {}", files.certificate_file));
}

}  // namespace

TlsServerContext::TlsServerContext(const ServerTls& files) : context_(SSL_CTX_new(TLS_server_method())) {
  SSL_CTX_set_min_proto_version(context_, TLS1_2_VERSION);
  SSL_CTX_set_mode(context_, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_options(context_, SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_OFF);  // tickets carry what is needed; strangers fill no memory here
  try {
    load(context_, files);
  } catch (...) {
    SSL_CTX_free(context_);
    throw;
  }
}

TlsServerContext::~TlsServerContext() { SSL_CTX_free(context_); }

std::unique_ptr<HandshakeStream> TlsServerContext::wrap(std::unique_ptr<ByteStream> below, const asio::any_io_executor& executor) const {
  return std::make_unique<TlsStream>(context_, TlsStream::Side::server, std::move(below), executor);
}

}  // namespace antiphon::net
