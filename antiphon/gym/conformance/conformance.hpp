#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "antiphon/base/ids.hpp"
#include "antiphon/base/json.hpp"
#include "antiphon/base/runtime.hpp"
#include "antiphon/net/http.hpp"
#include "antiphon/protocol/layercode/webhook.hpp"

namespace antiphon::gym {

/// One claim about a backend, and whether it holds.
struct Finding {
  enum class Verdict { holds, fails, warning, untested };

  std::string id;     ///< `refuses-unsigned`
  std::string claim;  ///< "unsigned requests are refused"
  Verdict verdict = Verdict::holds;
  std::string detail{};  ///< what was seen, where the claim does not hold
};

std::string_view to_string(Finding::Verdict verdict);

struct ConformanceReport {
  std::string url{};
  bool reached = true;  ///< false: nobody answered, and nothing was tested
  std::vector<Finding> findings{};

  std::size_t count(Finding::Verdict verdict) const;
  bool conforms() const { return reached && count(Finding::Verdict::fails) == 0; }
};

/// `antiphon.gym-check/1`.
json::object to_json(const ConformanceReport& report);

struct ConformanceSettings {
  std::string url{};
  std::string secret{};
  std::string message = "Hello, is anybody there?";  ///< what the user says
  Duration timeout{std::chrono::seconds(30)};        ///< for each answer
  layercode::WebhookShape shape{};
  std::function<std::chrono::system_clock::time_point()> wall_time = [] { return std::chrono::system_clock::now(); };
  std::string conversation_id = make_id("conformance");
  std::function<void(const Finding&)> on_finding{};  ///< told at once
};

/// Holds a backend to what Layercode's platform and its clients rely on: signatures, turn ids, ends of replies, duplicates, cut requests (docs/guides/gym.md).
/// It is called some twenty times, as conversations of its own. @throws only the cancellation of the awaiting task
Task<ConformanceReport> check_backend(Runtime& runtime, net::HttpClient& http, ConformanceSettings settings);

}  // namespace antiphon::gym
