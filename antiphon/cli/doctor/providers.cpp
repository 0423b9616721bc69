#include <span>

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/base/model_files.hpp"
#include "antiphon/cli/doctor/examine.hpp"
#include "antiphon/net/http.hpp"
#include "antiphon/providers/llm/wire/endpoint.hpp"
#include "antiphon/providers/llm/wire/failure.hpp"

namespace antiphon::cli {

namespace {

constexpr const char* group = "providers";
constexpr auto longest_wait = std::chrono::seconds(3);

/// One provider, as the environment sets it up.
struct Candidate {
  const wire::Vendor* vendor;
  std::string key, base_url;
  bool own_address = false;  ///< from a variable
  bool asked = false;
  int status = 0;       ///< of the answer
  std::string failure;  ///< why there was none

  std::string_view key_variable() const { return vendor->key_variables[0]; }
  std::string_view address_variable() const { return vendor->base_url_variables[0]; }
  bool needs_key() const { return !key_variable().empty(); }
  bool configured() const { return !key.empty() || own_address; }
};

std::string first_set(const Environment& environment, std::span<const std::string_view> names) {
  for (const auto name : names)
    if (auto value = name.empty() ? "" : environment.variable(name).value_or(""); !value.empty()) return value;
  return {};
}

std::vector<Candidate> candidates(const Environment& environment) {
  std::vector<Candidate> list;
  for (const auto& vendor : wire::vendors()) {
    const auto address = first_set(environment, vendor.base_url_variables);
    list.push_back({.vendor = &vendor,
                    .key = first_set(environment, vendor.key_variables),
                    .base_url = address.empty() ? std::string(vendor.base_url) : address,
                    .own_address = !address.empty()});
  }
  return list;
}

// For the list of models: the smallest question that every vendor answers.
net::HttpRequest question(const Candidate& candidate) {
  auto base = candidate.base_url;
  while (base.ends_with('/')) base.pop_back();
  net::HttpRequest request{.method = "GET", .url = base + "/models"};
  std::pair<std::string, std::string> key{"authorization", "Bearer " + candidate.key};
  switch (candidate.vendor->protocol) {
    case wire::Protocol::chat_completions: break;
    case wire::Protocol::azure:
      request.url = base + "/openai/models?api-version=2024-10-21";
      key = {"api-key", candidate.key};
      break;
    case wire::Protocol::messages:
      request.url = base + "/v1/models";
      request.headers.emplace_back("anthropic-version", "2023-06-01");
      key = {"x-api-key", candidate.key};
      break;
    case wire::Protocol::generate_content:
      request.url = base + "/v1beta/models";
      key = {"x-goog-api-key", candidate.key};
      break;
  }
  if (!candidate.key.empty()) request.headers.push_back(std::move(key));
  return request;
}

Task<> ask(Candidate& candidate, net::HttpClient& http, Clock& clock) {
  try {
    const auto reply = co_await http.send(question(candidate), Deadline::after(clock, longest_wait));
    candidate.status = reply.status;
  } catch (const Error& error) {
    candidate.failure = wire::masked(error.message(), candidate.key);
  } catch (const std::exception& error) {
    candidate.failure = wire::masked(error.what(), candidate.key);
  }
}

void ask_all(std::vector<Candidate>& list) {
  asio::io_context context(1);
  WallClock clock(context);
  BlockingPool blocking;
  Runtime runtime{context.get_executor(), clock, blocking};
  const auto http = net::make_http_client(runtime);
  std::size_t left = 0;
  for (auto& candidate : list) {
    if (!candidate.asked) continue;
    ++left;
    asio::co_spawn(context, ask(candidate, *http, clock), [&](std::exception_ptr) {
      if (--left == 0) context.stop();  // kept connections would wait for their own ends
    });
  }
  if (left > 0) context.run();
}

std::string key_text(const Candidate& candidate) {
  if (!candidate.needs_key()) return "needs no key";
  return fmt::format("{} is {}", candidate.key_variable(), candidate.key.empty() ? "not set" : "set");
}

Finding unreachable(const Candidate& candidate, std::string text) {
  const bool needed = candidate.configured();
  return {.group = group,
          .name = std::string(candidate.vendor->name),
          .state = needed ? Finding::State::wrong : Finding::State::note,
          .what = std::move(text) + candidate.failure,
          .fix = needed ? fmt::format("check the network, a proxy (HTTPS_PROXY){}",
                                      candidate.own_address ? fmt::format(" and {}", candidate.address_variable()) : "")
                        : ""};
}

Finding minilm() {
  if (const auto folder = find_model_folder("minilm"))
    return {.group = group, .name = "minilm", .what = "compares texts for `similar` by their meaning; " + *folder};
  return {.group = group,
          .name = "minilm",
          .state = Finding::State::note,
          .what = "is not installed; `similar` can compare words (lexical) or ask a provider",
          .fix = "to use it: make models"};
}

Finding finding_of(const Candidate& candidate) {
  Finding finding{.group = group, .name = std::string(candidate.vendor->name), .what = fmt::format("{}; {} ", key_text(candidate), candidate.base_url)};
  if (candidate.base_url.empty()) {
    finding.state = candidate.key.empty() ? Finding::State::note : Finding::State::wrong;
    finding.what = fmt::format("{}; {} is not set", key_text(candidate), candidate.address_variable());
    finding.fix = fmt::format("to use it: export {}=https://…", candidate.address_variable());
    return finding;
  }
  if (!candidate.asked) {
    finding.state = candidate.configured() ? Finding::State::ok : Finding::State::note;
    finding.what += "was not asked";
    if (!candidate.configured() && candidate.needs_key()) finding.fix = fmt::format("to use it: export {}=…", candidate.key_variable());
    return finding;
  }
  if (!candidate.failure.empty()) return unreachable(candidate, finding.what + "is not reached: ");
  finding.what += fmt::format("answers (HTTP {})", candidate.status);
  if (candidate.status != 401 && candidate.status != 403) return finding;
  finding.state = candidate.key.empty() ? Finding::State::note : Finding::State::wrong;
  finding.what += candidate.key.empty() ? " and wants a key" : " and refuses the key";
  finding.fix = fmt::format("export a valid {}", candidate.key_variable());
  return finding;
}

}  // namespace

std::vector<Finding> examine_providers(const Environment& environment, const ProviderQuestions& questions) {
  auto list = candidates(environment);
  for (auto& candidate : list) candidate.asked = !questions.ask_none && !candidate.base_url.empty() && (questions.ask_all || candidate.configured());
  ask_all(list);
  std::vector<Finding> findings;
  for (const auto& candidate : list) findings.push_back(finding_of(candidate));
  findings.push_back({.group = group, .name = "rules", .what = "needs no key: `model: rules/FILE` answers by a file"});
  findings.push_back({.group = group, .name = "lexical", .what = "compares texts for `similar` by their words; needs nothing"});
  findings.push_back(minilm());
  return findings;
}

}  // namespace antiphon::cli
