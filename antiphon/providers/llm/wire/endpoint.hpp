#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "antiphon/providers/llm/registry.hpp"

namespace antiphon::wire {

/// What requests and answers look like.
enum class Protocol {
  chat_completions,  ///< OpenAI's chat API
  azure,             ///< the same behind Azure's addresses
  messages,          ///< Anthropic's
  generate_content,  ///< Gemini's
};

/// Where a vendor, or a local program, serves something.
struct Service {
  std::string_view name;                               ///< before the slash of `openai/gpt-4.1`
  std::string_view base_url;                           ///< empty: every customer has an address of their own
  std::array<std::string_view, 2> key_variables;       ///< the first that is set counts; both empty: no key is needed
  std::array<std::string_view, 2> base_url_variables;  ///< the same; replaces `base_url`
};

/// One that serves language models.
struct Vendor : Service {
  Protocol protocol;
};
std::span<const Vendor> vendors();

/// Where the requests of one model go, and with which key.
struct Endpoint {
  std::string model;     ///< the vendor's own name of it
  std::string base_url;  ///< without a slash at the end
  std::string key;       ///< empty: none is sent
  std::string key_variable;
  bool is_vendor = false;  ///< gets no x-antiphon-… headers (contracts.md §7)
};

/// Resolves settings and environment.
///
/// A key from the environment goes only where the environment or the table says; an address from a file needs its key from there, so that
/// no file can send a key of ours anywhere.
/// @throws Error configuration: no key or no address (naming the variable), no model name, an address that is no URL.
Endpoint resolve(const Service& vendor, const ModelSettings& settings);

/// Whether requests go to a vendor's own address, and so at its prices. Needs no key: what a recording cost is known without one.
bool goes_to_vendor(const Service& vendor, const ModelSettings& settings);

/// An environment variable, empty where it is not set.
std::string environment(std::string_view name);

}  // namespace antiphon::wire
