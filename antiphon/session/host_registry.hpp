#pragma once

#include <memory>
#include <set>

#include "antiphon/base/pulse.hpp"
#include "antiphon/session/session_host.hpp"

namespace antiphon::session {

/// Hosts that are being served, to end all of them at once. Belongs to one executor.
class HostRegistry {
  struct Hosts {
    std::set<SessionHost*> listed;
    Pulse changed;
  };

 public:
  /// Lists a host for as long as it lives.
  class Entry {
   public:
    Entry(HostRegistry& registry, SessionHost& host) : hosts_(registry.hosts_), host_(&host) { hosts_->listed.insert(host_); }
    ~Entry() {
      hosts_->listed.erase(host_);
      hosts_->changed.beat();
    }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

   private:
    std::shared_ptr<Hosts> hosts_;
    SessionHost* host_;
  };

  std::size_t size() const { return hosts_->listed.size(); }
  /// Each lets the answer under way end, within its `drain`, then hangs up.
  void stop() {
    for (auto* host : hosts_->listed) host->stop();
  }
  /// Until none is served.
  Task<> all_ended() {
    while (!hosts_->listed.empty()) co_await hosts_->changed.wait();
  }

 private:
  std::shared_ptr<Hosts> hosts_ = std::make_shared<Hosts>();
};

}  // namespace antiphon::session
