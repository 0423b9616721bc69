#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace antiphon::gateway {

/// What lets its holder go on with a call: 32 random hexadecimal digits.
std::string make_resume_token();
/// The same for whoever knows `secret` and what the call is called elsewhere: a provider that hands out no token of ours.
std::string derived_token(std::string_view secret, std::string_view call);

/// Keeps what a token stands for from everybody who has not got the token: whoever reads a store sees neither tokens nor what callers said (GTW-33).
class SessionSeal {
 public:
  explicit SessionSeal(std::string_view token);

  /// The name under which it is kept: `antiphon:session:` and 64 hexadecimal digits that tell nothing of the token.
  const std::string& name() const { return name_; }
  /// AES-256-GCM; the name belongs to what is sealed, so that nobody can put one session in the place of another.
  std::string seal(std::string_view text) const;
  /// nullopt for what this token has not sealed, or somebody has changed.
  std::optional<std::string> open(std::string_view sealed) const;

 private:
  std::string name_;
  std::array<unsigned char, 32> key_{};
};

}  // namespace antiphon::gateway
