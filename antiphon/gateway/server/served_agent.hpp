#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "antiphon/base/pulse.hpp"
#include "antiphon/gateway/config/gateway_config.hpp"
#include "antiphon/gateway/dialogue/policy_book.hpp"
#include "antiphon/gateway/endpoints/call_server.hpp"
#include "antiphon/gateway/tools/router.hpp"

namespace antiphon::gateway {

/// Who makes what a configuration names. All of it outlives the server.
struct GatewayContext {
  net::HttpClient& http;
  std::shared_ptr<const ModelRegistry> models;
  std::shared_ptr<const SpeechRegistry> speech;
  const EmbedderRegistry& embedders;
  std::function<void(const std::string& line)> log{};   ///< one line for a person; no personal data
  std::function<void(const std::string& line)> warn{};  ///< the same of what is not as it should be; nullptr: `log`
  /// What stands in the place of tools, such as the same ones with faults on purpose; nullptr: they are used as they are.
  std::function<std::shared_ptr<ToolProvider>(std::shared_ptr<ToolProvider> tools)> wrap_tools{};
};

/// What answers the calls of one configuration: recogniser, models, voices, policy, tools and knowledge, opened once for all of them. One executor.
class ServedAgent {
 public:
  /// Checks what can be checked without loading anything. @throws Error configuration, Problems of the policy or PIN file.
  ServedAgent(Runtime& runtime, GatewayConfig config, GatewayContext context);
  ~ServedAgent();
  ServedAgent(const ServedAgent&) = delete;
  ServedAgent& operator=(const ServedAgent&) = delete;

  /// A first index of many documents takes long.
  static constexpr Duration longest_load = std::chrono::minutes(10);
  /// Loads models, starts tools, fills the knowledge base. No call before it has returned.
  /// @throws Error for what a call cannot do without: recogniser, model, voice, knowledge base. A tool that does not start is told to `log`.
  Task<> load(Deadline deadline);

  /// What one call is answered with; it holds `agent` as long as it goes on. @param number of the call: seed of what is random in it
  static CallParts parts_for(const std::shared_ptr<ServedAgent>& agent, const CallRequest& asked, std::uint64_t number);

  /// Waits until the last of its calls has ended, then lets go of its tools. Nothing begins any more.
  Task<> retire();

  const GatewayConfig& config() const { return config_; }
  const PolicyBook& policy() const { return *policy_; }
  /// Of what anybody else is told of its calls; another one with each configuration.
  const Masker& masker() const { return masker_; }
  /// nullptr: there is none.
  const std::shared_ptr<KnowledgeBase>& knowledge() const { return knowledge_; }
  /// Tools that there are, those of servers as far as these have started.
  std::vector<std::string> tool_names() const;

 private:
  std::shared_ptr<Dialogue> dialogue_for(std::shared_ptr<const LocaleRules> rules, std::uint64_t number);
  CallSettings settings_for(const std::shared_ptr<const LocaleRules>& rules, std::vector<Recogniser> recognisers) const;
  std::shared_ptr<LanguageModel> open_model(const ModelProvider& provider, std::uint64_t number) const;
  Task<> open_ears(Deadline deadline);
  Task<OpenEar> open_ear(EarProvider provider, Deadline deadline);
  Task<> open_voices();
  Task<SpeakingVoice> open_voice(const VoiceProvider& provider);
  Task<> try_voice(Deadline deadline);
  std::vector<Recogniser> recognisers_for(const LocaleRules& rules, std::uint64_t number) const;
  Task<> start_tools(Deadline deadline);
  void check() const;
  void log(const std::string& line) const;
  void warn(const std::string& line) const;
  void end_call();

  Runtime& runtime_;
  GatewayConfig config_;
  GatewayContext context_;
  Masker masker_;
  std::shared_ptr<const PolicyBook> policy_;
  std::unique_ptr<PinVerifier> verifier_;
  std::unique_ptr<Escalator> escalator_;
  std::shared_ptr<KnowledgeBase> knowledge_;
  ToolRouter tools_;
  std::vector<OpenEar> ears_;             ///< in the order of the configuration, without those that could not be opened
  std::vector<EarProvider> opened_ears_;  ///< as `ears_`
  std::vector<SpeakingVoice> voices_;
  std::size_t calls_ = 0;
  Pulse ended_;
};

}  // namespace antiphon::gateway
