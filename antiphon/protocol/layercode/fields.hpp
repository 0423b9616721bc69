#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "antiphon/base/json.hpp"

namespace antiphon::layercode {

/// Reads a message of either protocol. Whatever is wrong is an Error protocol that names the message's type and member.
class Fields {
 public:
  /// @param what "a client's message", for errors. @throws Error protocol unless `text` is a JSON object
  Fields(std::string_view text, std::string what);

  /// The member `type`; empty where there is none.
  const std::string& type() const { return type_; }
  /// @throws Error where there is none.
  const std::string& needed_type() const;

  std::string text(std::string_view key) const;                                ///< @throws where it is missing, too
  std::string text_or(std::string_view key) const;                             ///< empty where it is missing or null
  std::string first_text(std::initializer_list<std::string_view> keys) const;  ///< the first that is there; empty where none is
  std::string audio(std::string_view key) const;                               ///< of base64: an even count of bytes
  std::optional<bool> flag(std::string_view key) const;
  std::optional<double> number(std::string_view key) const;
  std::optional<std::int64_t> integer(std::string_view key) const;
  json::object object_or(std::string_view key) const;  ///< empty where it is missing or null
  /// nullptr where it is missing.
  const json::value* value(std::string_view key) const { return find(message_, key); }

  [[noreturn]] void refuse(std::string_view key, std::string_view wanted) const;

 private:
  const json::value* present(std::string_view key) const;

  std::string what_;
  json::value message_;
  std::string type_;
};

}  // namespace antiphon::layercode
