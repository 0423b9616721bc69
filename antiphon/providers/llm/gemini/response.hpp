#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "antiphon/base/error.hpp"
#include "antiphon/providers/llm/language_model.hpp"
#include "antiphon/providers/llm/wire/wire.hpp"

namespace antiphon::gemini {

/// Reads a generateContent response.
///
/// Parts that must go back unchanged (signed thoughts) are kept beside the text. A call without an id gets one, counted on from `calls`.
/// @throws Error protocol, quoting what came; invalid_input where the prompt was blocked; unavailable where the model wrote a call that
/// cannot be read, which another try may mend; the kind of the error where the body is one in spite of status 200.
ChatResponse parse_generated(std::string_view body, std::size_t calls = 0);

/// The kind that an error body has beyond its status: a wrong key comes as 400.
std::optional<ErrorKind> kind_in(std::string_view body);
/// `retryDelay` of an error's details.
std::optional<std::chrono::nanoseconds> wait_in(std::string_view body);

/// Puts the chunks of streamGenerateContent together; they end with the body.
class ChunkAccumulator final : public wire::StreamDecoder {
 public:
  explicit ChunkAccumulator(std::size_t calls = 0) : calls_(calls) {}

  std::string add(std::string_view data) override;
  bool ended() const override { return false; }
  bool whole() const override { return !finish_reason_.empty(); }
  ChatResponse response() const override;

 private:
  std::string add_part(const json::value& part);

  std::size_t calls_;
  json::array parts_;
  std::string finish_reason_;
  std::string finish_message_;
  json::value usage_;
};

}  // namespace antiphon::gemini
