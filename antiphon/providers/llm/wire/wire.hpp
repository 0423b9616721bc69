#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "antiphon/base/error.hpp"
#include "antiphon/net/http.hpp"
#include "antiphon/providers/llm/language_model.hpp"
#include "antiphon/providers/llm/wire/refusals.hpp"

namespace antiphon::wire {

/// Puts the events of one streamed answer together. No I/O.
class StreamDecoder {
 public:
  virtual ~StreamDecoder() = default;
  /// The text that one event's data adds; may be empty. @throws as `Wire::parse`.
  virtual std::string add(std::string_view data) = 0;
  /// The vendor's own mark of the end was seen: nothing more is wanted.
  virtual bool ended() const = 0;
  /// Nothing of the answer is missing should the body end here.
  virtual bool whole() const = 0;
  virtual ChatResponse response() const = 0;
};

/// How one vendor writes requests and answers. Pure translation: no I/O, no clock, no state.
class Wire {
 public:
  virtual ~Wire() = default;
  /// The whole request, key and headers included.
  /// @throws Error unsupported, party harness, where a part of a message has no form on this wire; names message and part.
  virtual net::HttpRequest request(const ChatRequest& request, bool streamed, const Refusals& refused) const = 0;
  /// @throws Error protocol, quoting what came; what the body reports where it is an error in spite of its status.
  virtual ChatResponse parse(std::string_view body, const ChatRequest& request) const = 0;
  virtual std::unique_ptr<StreamDecoder> decoder(const ChatRequest& request) const = 0;
  /// The parameter that a refusal (HTTP 400 or 422) is about and that `request` can leave out, rename or replace.
  virtual std::optional<std::string> refused_parameter(std::string_view body) const = 0;
  /// What a failure with this reply means beyond its status; nullopt where the status says it all.
  virtual std::optional<ErrorKind> kind_of(const net::HttpReply& reply) const {
    (void)reply;
    return std::nullopt;
  }
  /// How long an error body asks to wait, where a vendor says it there.
  virtual std::optional<std::chrono::nanoseconds> wait_in(std::string_view body) const {
    (void)body;
    return std::nullopt;
  }
};

}  // namespace antiphon::wire
