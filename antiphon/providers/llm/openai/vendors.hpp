#pragma once

#include <span>
#include <string>
#include <string_view>

#include "antiphon/providers/llm/registry.hpp"

namespace antiphon::openai {

/// A vendor, or a local program, that speaks OpenAI's protocol.
struct Vendor {
  std::string_view name;  ///< before the slash of `openai/gpt-4.1`
  std::string_view base_url;
  std::string_view key_variable;       ///< empty: no key is needed
  std::string_view base_url_variable;  ///< replaces `base_url` when set; empty: none
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
/// @throws Error configuration: no key (naming the variable), no model name, an address that is no URL.
Endpoint resolve(const Vendor& vendor, const ModelSettings& settings);

}  // namespace antiphon::openai
