#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "antiphon/base/json.hpp"
#include "antiphon/base/pulse.hpp"
#include "antiphon/base/runtime.hpp"
#include "antiphon/gym/platform/platform_settings.hpp"
#include "antiphon/gym/platform/session_keys.hpp"
#include "antiphon/gym/platform/session_record.hpp"
#include "antiphon/net/http.hpp"

namespace antiphon::gym {

class PlatformSession;

/// A platform that speaks Layercode's protocols, for tests: backends ask it for sessions, clients connect to it, and it calls the backend. Two clients and two
/// platforms share nothing. One executor.
///
/// It serves
///   POST /v1/agents/web/authorize_session   with a bearer
///   POST /api/authorize                     the same without, for clients that have no backend of their own for it
///   GET  /v1/agents/web/websocket           `?client_session_key=`; `/v1/pipelines/websocket` of old too
///   GET  /v1/agents, /v1/agents/ID, /v1/agents/ID/sessions/ID, POST /v1/agents/ID   with a bearer
///   GET  /health
class LayercodePlatform {
 public:
  /// `http` reaches the backend; it, and what `speech` holds, outlive the platform.
  /// @throws Error configuration for a setting that makes no sense, naming it
  LayercodePlatform(Runtime& runtime, PlatformSettings settings, PlatformSpeech speech, net::HttpClient& http);
  ~LayercodePlatform();
  LayercodePlatform(const LayercodePlatform&) = delete;
  LayercodePlatform& operator=(const LayercodePlatform&) = delete;

  /// For `net::listen_http`.
  Task<> handle(const net::ServerRequest& request, net::ServerReply& reply);
  /// Ends all sessions, lets backends know, and takes no new ones. Returns when all have ended, at the deadline at the latest.
  Task<> drain(Deadline deadline);

  std::size_t active_sessions() const { return sessions_.size(); }
  const PlatformSettings& settings() const { return settings_; }

 private:
  net::HttpReply authorise(const net::ServerRequest& request, bool needs_bearer);
  std::optional<std::string> refuse_authorisation(const net::ServerRequest& request, bool needs_bearer) const;
  json::object client_config(const SessionGrant& grant) const;
  Task<> connect(const net::ServerRequest& request, net::ServerReply& reply);
  net::HttpReply agents(const net::ServerRequest& request);
  net::HttpReply agent(const net::ServerRequest& request, const std::string& id);
  json::object agent_record(const std::string& id, bool with_secret) const;
  net::HttpReply update_agent(const std::string& id, std::string_view body);
  net::HttpReply session_detail(const std::string& agent, const std::string& id) const;
  bool is_agent(const std::string& id) const { return settings_.agent_id.empty() ? true : id == settings_.agent_id; }
  void keep(std::shared_ptr<SessionRecord> record);

  Runtime& runtime_;
  PlatformSettings settings_;
  PlatformSpeech speech_;
  net::HttpClient& http_;
  SessionKeys keys_;
  std::map<std::string, std::string> agent_names_;
  std::set<PlatformSession*> sessions_;
  std::deque<std::shared_ptr<SessionRecord>> records_;  ///< of the last sessions
  bool draining_ = false;
  Pulse ended_;
};

}  // namespace antiphon::gym
