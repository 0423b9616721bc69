#pragma once

#include <string>
#include <vector>

#include "antiphon/providers/llm/cassette/call_request.hpp"
#include "antiphon/providers/llm/cassette/call_text.hpp"
#include "antiphon/providers/llm/language_model.hpp"
#include "antiphon/providers/llm/registry.hpp"

namespace antiphon {

/// Makes requests to one model comparable: without what differs from run to run (ids of threads, runs and traces, points in time, in system prompts
/// dates, and for judges how long things took) and without secrets. Equal calls of equal scenarios are equal on every machine.
/// What a request has in common with the one before it is not read again. Belongs to one run.
class CallReader {
 public:
  explicit CallReader(const ModelSettings& settings);
  AskedCall read(const ChatRequest& request, const Secrets& secrets);

 private:
  struct Seen {
    Message message;
    bool in_preamble;
    CallRequest::Text text;
    CallKey key;  ///< of the request up to this message
  };

  void begin(const ChatRequest& request, const Secrets& secrets);
  std::string raw_head(const ChatRequest& request, const Secrets& secrets) const;
  void read_message(std::size_t at, const Message& message, bool in_preamble, const Secrets& secrets);

  std::string model_;
  json::object extra_;
  std::string thread_id_, role_, raw_head_;
  std::size_t secrets_known_ = 0;
  CallRequest::Text head_;
  CallKey head_key_{"", "", ""};
  std::vector<Seen> seen_;
  std::size_t keyed_ = 0;  ///< how many of `seen_` have a key under the present head
};

}  // namespace antiphon
