#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "antiphon/base/runtime.hpp"
#include "antiphon/providers/llm/language_model.hpp"
#include "antiphon/providers/llm/pricing.hpp"
#include "antiphon/trace/recorder.hpp"

namespace antiphon {

class ProviderLimits;

namespace net {
class HttpClient;
}

/// What a participant says about its model (SCN-42). Whatever is unset comes from the layer below; `merged_over` does that.
struct ModelSettings {
  std::string model;  ///< `provider/name`, such as `openai/gpt-4.1-mini`, `rules/support.rules.yaml`
  std::string base_url;
  std::string key;
  std::optional<double> temperature;
  std::optional<int> max_tokens;
  json::object extra;          ///< parameters that a vendor adds
  std::optional<Price> price;  ///< where the vendor's list has none, or another holds
  std::string directory;       ///< relative `rules/FILE` paths are looked up here; empty: the working directory

  ModelSettings() = default;
  ModelSettings(const char* name) : model(name) {}             // NOLINT: `.model = "openai/gpt-4.1"`
  ModelSettings(std::string name) : model(std::move(name)) {}  // NOLINT
  ModelSettings merged_over(const ModelSettings& below) const;
  bool empty() const { return model.empty(); }
};

/// What models need to work: where they wait, and what carries their bytes. References outlive every model made with it.
struct ModelContext {
  Runtime& runtime;
  net::HttpClient& http;
  std::uint64_t seed = 0;                       ///< of the run
  std::string scenario_id;                      ///< with the seed it keys random streams
  int concurrency = 0;                          ///< calls in flight per provider; 0: no limit
  std::shared_ptr<const trace::Scope> spans{};  ///< where calls are recorded; nullptr: nowhere
};

/// Names of providers and how each makes a model. Immutable once filled; shared by all runs, so that a rules file is read once. Thread safe.
class ModelRegistry {
 public:
  using Factory = std::function<std::unique_ptr<LanguageModel>(const ModelSettings&, const ModelContext&)>;

  struct Provider {
    Factory make;
    bool waits_on_clock_alone = false;                ///< may run in virtual time
    std::function<void(const ModelSettings&)> check;  ///< throws what `make` would throw, without a runtime; for --dry-run
    std::function<std::optional<Price>(const ModelSettings&)> price{};
  };

  void add(std::string provider, Provider entry);

  /// @throws Error configuration for an unknown provider, naming the known ones, or no model at all, with the line that fixes it (SCN-43).
  std::unique_ptr<LanguageModel> open(const ModelSettings& settings, const ModelContext& context) const;
  void check(const ModelSettings& settings) const;
  bool waits_on_clock_alone(const ModelSettings& settings) const;
  /// What the model costs: as its settings say, else as its vendor lists; nullopt where neither does.
  std::optional<Price> price(const ModelSettings& settings) const;

  /// The same providers where a cassette answers for them: they wait on our clock alone and need neither key nor file.
  ModelRegistry replaying() const;

  /// All providers of this build, retries and limits included.
  /// @param limits calls in flight by provider, where they are fewer than runs at once.
  static std::shared_ptr<const ModelRegistry> with_defaults(std::map<std::string, int> limits = {});
  /// The same, where speech of the same providers shares its limits.
  static std::shared_ptr<const ModelRegistry> with_defaults(std::shared_ptr<const ProviderLimits> limits);

 private:
  const Provider& find(const ModelSettings& settings) const;
  std::map<std::string, Provider> providers_;
};

}  // namespace antiphon
