#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

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
  std::function<void(const std::string& line)> log{};  ///< one line for a person; no personal data
};

/// A gateway as it is configured: opens everything once, and answers each call with a session of its own. One executor.
class GatewayServer {
 public:
  /// Checks what can be checked without loading anything. @throws Error configuration, Problems of the policy or PIN file.
  GatewayServer(Runtime& runtime, GatewayConfig config, GatewayContext context);
  ~GatewayServer();
  GatewayServer(const GatewayServer&) = delete;
  GatewayServer& operator=(const GatewayServer&) = delete;

  /// Loads models, starts tools, fills the knowledge base. Calls are refused (503, `/ready` says `loading`) until it has returned.
  /// @throws Error for what a call cannot do without: recogniser, model, voice, knowledge base. A tool that does not start is told to `log`.
  Task<> load(Deadline deadline);
  bool loaded() const { return loaded_; }

  /// For `net::listen_http`.
  Task<> handle(const net::ServerRequest& request, net::ServerReply& reply);
  /// As `CallServer::drain`; then tools are let go of.
  Task<> drain(Deadline deadline);
  std::size_t active_calls() const { return calls_->active_calls(); }

 private:
  CallParts parts_for(const CallRequest& asked);
  std::shared_ptr<Dialogue> dialogue_for(std::shared_ptr<const LocaleRules> rules);
  CallSettings settings_for(const std::shared_ptr<const LocaleRules>& rules) const;
  std::shared_ptr<LanguageModel> open_model(const ModelProvider& provider) const;
  Task<> open_speech(Deadline deadline);
  Task<> try_speech(Deadline deadline);
  Task<> start_tools(Deadline deadline);
  void check() const;
  void log(const std::string& line) const;

  Runtime& runtime_;
  GatewayConfig config_;
  GatewayContext context_;
  Masker masker_;
  std::shared_ptr<const PolicyBook> policy_;
  std::unique_ptr<PinVerifier> verifier_;
  std::unique_ptr<Escalator> escalator_;
  std::shared_ptr<KnowledgeBase> knowledge_;
  ToolRouter tools_;
  OpenEar ear_;
  std::vector<SpeakingVoice> voices_;
  std::optional<CallServer> calls_;
  bool loaded_ = false;
  std::uint64_t number_ = 0;  ///< of calls so far: seeds of what is random in one
};

}  // namespace antiphon::gateway
