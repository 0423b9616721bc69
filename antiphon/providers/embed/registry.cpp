#include "antiphon/providers/embed/registry.hpp"

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/providers/embed/lexical.hpp"
#include "antiphon/providers/embed/minilm/minilm.hpp"
#include "antiphon/providers/embed/remembering.hpp"
#include "antiphon/providers/embed/remote/remote.hpp"

namespace antiphon {

namespace {

constexpr std::string_view lexical = "lexical";

// Only those whose API has `/embeddings` as OpenAI's has it.
std::vector<const wire::Vendor*> vendors() {
  std::vector<const wire::Vendor*> list;
  for (const auto& vendor : wire::vendors())
    if (vendor.protocol == wire::Protocol::chat_completions) list.push_back(&vendor);
  return list;
}

const wire::Vendor* find_vendor(std::string_view provider) {
  for (const auto* vendor : vendors())
    if (vendor->name == provider) return vendor;
  return nullptr;
}

std::vector<std::string> known_names() {
  std::vector<std::string> names{std::string(lexical), "minilm", "minilm/FOLDER"};
  for (const auto* vendor : vendors()) names.push_back(fmt::format("{}/MODEL", vendor->name));
  return names;
}

[[noreturn]] void refuse(const std::string& name) {
  std::vector<std::string> providers{std::string(lexical), "minilm"};
  for (const auto* vendor : vendors()) providers.emplace_back(vendor->name);
  const auto meant = nearest(name.substr(0, name.find('/')), providers);
  throw Error(ErrorKind::configuration, fmt::format("{} names no embedding model{}", quote(name), meant ? fmt::format(" (did you mean {}?)", *meant) : ""))
      .with_hint("known: " + join(known_names(), ", "));
}

/// A checked name: makes the embedder only when that is called.
std::function<std::unique_ptr<Embedder>()> maker(const ModelSettings& settings) {
  if (settings.empty() || settings.model == lexical) return [] { return std::make_unique<LexicalEmbedder>(); };
  const auto slash = settings.model.find('/');
  if (settings.model.substr(0, slash) == "minilm") {
    auto folder = minilm::folder_of(settings.model, settings.directory);
    return [name = settings.model, folder] { return minilm::open(name, folder); };
  }
  const auto* vendor = slash == std::string::npos ? nullptr : find_vendor(std::string_view(settings.model).substr(0, slash));
  if (!vendor) refuse(settings.model);
  embed::RemoteModel model{.name = settings.model, .endpoint = wire::resolve(*vendor, settings), .extra = settings.extra};
  return [model] { return std::make_unique<embed::RemoteEmbedder>(model); };
}

std::string key_of(const ModelSettings& settings) {
  return json::serialize(json::array{settings.model, settings.base_url, settings.key, settings.directory, settings.extra});
}

}  // namespace

void EmbedderRegistry::check(const ModelSettings& settings) { maker(settings); }

std::optional<Price> EmbedderRegistry::price(const ModelSettings& settings) {
  if (settings.price) return settings.price;
  const auto* vendor = find_vendor(std::string_view(settings.model).substr(0, settings.model.find('/')));
  if (!vendor) return std::nullopt;
  if (vendor->key_variables[0].empty()) return Price{};  // local
  return wire::goes_to_vendor(*vendor, settings) ? list_price(settings.model) : std::nullopt;
}

std::shared_ptr<Embedder> EmbedderRegistry::open(const ModelSettings& settings) const {
  const std::lock_guard lock(mutex_);
  auto& embedder = open_[key_of(settings)];
  if (!embedder) embedder = std::make_shared<RememberingEmbedder>(maker(settings)());
  return embedder;
}

}  // namespace antiphon
