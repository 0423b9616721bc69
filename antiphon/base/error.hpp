#pragma once

#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include "antiphon/base/party.hpp"

namespace antiphon {

/// What the caller can do about an error; closed on purpose: retry decisions and exit codes are each made from it in one place.
enum class ErrorKind {
  usage,          ///< the command line is wrong
  configuration,  ///< a file or setting is wrong
  not_found,      ///< a file, host or model does not exist
  invalid_input,  ///< the far side refuses what was sent (HTTP 4xx other than the kinds below)
  unauthorized,   ///< HTTP 401, 403
  rate_limited,   ///< HTTP 429, see retry_after
  refused,        ///< no connection: refused, DNS, TLS
  unavailable,    ///< HTTP 5xx
  timeout,        ///< nothing in time
  closed,         ///< the far side went away in the middle
  protocol,       ///< the far side sent what its protocol does not allow
  too_large,      ///< over a size limit of ours
  exhausted,      ///< a budget that the user set is used up
  cancelled,      ///< somebody asked to stop
  unsupported,    ///< this build or adapter cannot do it
  io,             ///< files, pipes, disk full
  internal,       ///< our own fault
};

std::string_view to_string(ErrorKind kind);
std::optional<ErrorKind> error_kind_from(std::string_view name);

/// Everything that ends an operation is thrown as this type. What is expected is returned instead.
class Error : public std::exception {
 public:
  Error(ErrorKind kind, std::string message) : kind_(kind), message_(std::move(message)) {}

  ErrorKind kind() const noexcept { return kind_; }
  const char* what() const noexcept override { return message_.c_str(); }
  const std::string& message() const noexcept { return message_; }

  /// What a person can do about it: one line, imperative. Empty when there is nothing to say.
  const std::string& hint() const noexcept { return hint_; }
  /// Who is to blame, where the thrower knows.
  std::optional<Party> party() const noexcept { return party_; }
  /// HTTP status where the error came from one.
  std::optional<int> status() const noexcept { return status_; }
  /// What the far side asked us to wait.
  std::optional<std::chrono::nanoseconds> retry_after() const noexcept { return retry_after_; }

  Error&& with_hint(std::string hint) && {
    hint_ = std::move(hint);
    return std::move(*this);
  }
  Error&& with_party(Party party) && {
    party_ = party;
    return std::move(*this);
  }
  Error&& with_status(int status) && {
    status_ = status;
    return std::move(*this);
  }
  Error&& with_retry_after(std::optional<std::chrono::nanoseconds> wait) && {
    retry_after_ = wait;
    return std::move(*this);
  }

 private:
  ErrorKind kind_;
  std::string message_;
  std::string hint_;
  std::optional<Party> party_;
  std::optional<int> status_;
  std::optional<std::chrono::nanoseconds> retry_after_;
};

/// An expectation that a step of a script states and that does not hold: the run *failed*, where any other exception makes it an *error* (SCN-16).
class AssertionFailed : public std::exception {
 public:
  explicit AssertionFailed(std::string message) : message_(std::move(message)) {}
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  std::string message_;
};

/// The text of any exception, with the type's name where the text is empty.
std::string describe(std::exception_ptr error);

}  // namespace antiphon
