#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/chat/message.hpp"

namespace antiphon::wire {

/// One part of a message's content, out of OpenAI's shape.
struct Part {
  enum class Kind { text, image, audio, file, other };

  Kind kind = Kind::text;
  std::string type;        ///< as the message names it, such as `image_url`
  std::string text;        ///< of a text; of sound its transcript, where it has one
  std::string media_type;  ///< of `data`, such as `image/png`; may be empty for a file without a known ending
  std::string data;        ///< base64
  std::string url;         ///< where there are no data
  std::string filename;
};

/// The parts of a message in order; plain text is one, no content is none. Texts of nothing but white space are left out: vendors refuse them.
std::vector<Part> parts_of(const Message& message);

/// Which part of a conversation is meant, for errors.
struct PartPlace {
  std::string_view model;   ///< `provider/name`
  std::size_t message = 0;  ///< counts from 0, as in results
  MessageRole role = MessageRole::user;
  std::size_t part = 0;  ///< counts from 0
};

/// @throws Error unsupported, party harness: what cannot be sent, where it stands, and why.
[[noreturn]] void refuse_part(const PartPlace& place, const Part& part, std::string_view why);

}  // namespace antiphon::wire
