#include "antiphon/gateway/sessions/seal.hpp"

#include <memory>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "antiphon/base/error.hpp"

namespace antiphon::gateway {

namespace {

constexpr char version = '1';
constexpr std::size_t nonce_size = 12, tag_size = 16, overhead = 1 + nonce_size + tag_size;
using Digest = std::array<unsigned char, 32>;

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

void must(int result) {
  if (result != 1) throw Error(ErrorKind::internal, "a session could not be sealed");
}

Digest keyed(std::string_view key, std::string_view text) {
  Digest digest{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes(text), text.size(), digest.data(), &size);
  return digest;
}

std::string hex(const unsigned char* data, std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += fmt::format("{:02x}", data[i]);
  return text;
}

}  // namespace

std::string make_resume_token() {
  std::array<unsigned char, 16> random{};
  must(RAND_bytes(random.data(), static_cast<int>(random.size())));
  return hex(random.data(), random.size());
}

std::string derived_token(std::string_view secret, std::string_view call) {
  const auto digest = keyed(secret, fmt::format("antiphon resume {}", call));
  return hex(digest.data(), 16);
}

SessionSeal::SessionSeal(std::string_view token) : key_(keyed(token, "antiphon session key")) {
  const auto digest = keyed(token, "antiphon session name");
  name_ = "antiphon:session:" + hex(digest.data(), digest.size());
}

std::string SessionSeal::seal(std::string_view text) const {
  std::string sealed(overhead + text.size(), '\0');
  sealed[0] = version;
  auto* nonce = bytes(sealed) + 1;
  auto* tag = nonce + nonce_size;
  must(RAND_bytes(nonce, nonce_size));
  const Cipher cipher(EVP_CIPHER_CTX_new());
  int size = 0;
  must(EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key_.data(), nonce));
  must(EVP_EncryptUpdate(cipher.get(), nullptr, &size, bytes(std::string_view(name_)), static_cast<int>(name_.size())));
  must(EVP_EncryptUpdate(cipher.get(), bytes(sealed) + overhead, &size, bytes(text), static_cast<int>(text.size())));
  must(EVP_EncryptFinal_ex(cipher.get(), bytes(sealed) + overhead + size, &size));
  must(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, tag_size, tag));
  return sealed;
}

std::optional<std::string> SessionSeal::open(std::string_view sealed) const {
  if (sealed.size() < overhead || sealed.front() != version) return std::nullopt;
  const auto* nonce = bytes(sealed) + 1;
  std::string tag(sealed.substr(1 + nonce_size, tag_size));
  const auto text = sealed.substr(overhead);
  std::string opened(text.size(), '\0');
  const Cipher cipher(EVP_CIPHER_CTX_new());
  int size = 0;
  must(EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key_.data(), nonce));
  must(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, tag_size, tag.data()));
  must(EVP_DecryptUpdate(cipher.get(), nullptr, &size, bytes(std::string_view(name_)), static_cast<int>(name_.size())));
  must(EVP_DecryptUpdate(cipher.get(), bytes(opened), &size, bytes(text), static_cast<int>(text.size())));
  if (EVP_DecryptFinal_ex(cipher.get(), bytes(opened) + size, &size) != 1) return std::nullopt;
  return opened;
}

}  // namespace antiphon::gateway
