#include "antiphon/gateway/config/gateway_config.hpp"

#include <algorithm>
#include <set>
#include <thread>
#include <tuple>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/gateway/config/environment.hpp"
#include "antiphon/gateway/config/named_things.hpp"
#include "antiphon/gateway/config/operator_reader.hpp"
#include "antiphon/gateway/config/provider_reader.hpp"
#include "antiphon/net/tcp.hpp"

namespace antiphon::gateway {

namespace {

constexpr std::size_t calls_elsewhere = 100, calls_per_core = 25;

EchoPath echo_path_of(const std::optional<std::string>& word) { return word == "off" ? EchoPath::none : word == "room" ? EchoPath::room : EchoPath::line; }

/// Reads the file part by part into one configuration.
class ConfigReader {
 public:
  explicit ConfigReader(const Variables& variables) : variables_(variables) {}

  void read(Node root, const std::string& file) {
    config_.file = file;
    root_ = std::move(root);
    if (root_.is_null()) return;
    expand(root_);
    DocumentFields fields(reader_, root_, "a gateway", "listen: 127.0.0.1:8080");
    if (fields.is_mapping()) read_keys(fields);
    fields.finish();
  }
  /// @param known nullptr: nothing but the text is looked at
  GatewayConfig finish(const KnownProviders* known) {
    apply_environment(reader_, variables_, named_, config_);
    if (known) check_named_things(reader_, root_, config_, *known);
    if (!reader_.problems().empty()) throw Problems(in_order(std::move(reader_.problems())));
    return std::move(config_);
  }

 private:
  /// As they stand in the file; those of other files, and of none, come after it.
  std::vector<Problem> in_order(std::vector<Problem> problems) const {
    std::ranges::sort(problems, {}, [this](const Problem& problem) {
      const auto& where = problem.where;
      return std::tuple(where.file != config_.file, where.file, where.line, where.column, problem.message);
    });
    return problems;
  }

  // Those of `tools` are filled at each call, from what the tool is called with.
  void expand(Node& root) {
    for (auto& member : root.members)
      if (member.key != "tools") expand_variables(member.value, variables_, reader_.problems());
  }

  void read_listen(const Node& node) {
    const auto listen = reader_.text(node, "listen");
    if (!listen) return;
    config_.listen = *listen;
    try {
      (void)net::parse_host_port(*listen, "listen");
    } catch (const Error& error) {
      reader_.report(node, error.message(), "write for example 127.0.0.1:8080; port 0 is any free one");
    }
  }

  void read_keys(DocumentFields& fields) {
    if (const auto* node = fields.get("listen")) read_listen(*node);
    if (const auto* node = fields.get("tls")) read_tls(*node);
    if (const auto* node = fields.get("access")) read_access(*node);
    if (const auto* node = fields.get("sessions")) read_sessions(*node);
    if (const auto* node = fields.get("limits")) read_limits(*node);
    if (const auto* node = fields.get("providers")) read_who(*node);
    if (const auto* node = fields.get("policy")) config_.policy_file = path_of(*node, "policy");
    if (const auto locale = fields.text("locale")) config_.locale = *locale;
    if (const auto text = fields.text("instructions")) config_.dialogue.loop.prompt.instructions = *text;
    if (const auto* node = fields.get("dialogue")) read_dialogue(*node);
    if (const auto* node = fields.get("pin")) read_pin(*node);
    if (const auto* node = fields.get("tools")) config_.tools = read_tools(reader_, *node);
    if (const auto* node = fields.get("knowledge")) config_.knowledge = read_knowledge(reader_, *node);
    if (const auto* node = fields.get("escalation")) read_escalation(*node);
    if (const auto* node = fields.get("call")) read_call(*node);
    if (const auto drain = fields.duration("drain")) config_.drain = *drain;
    if (const auto* node = fields.get("log")) read_log(reader_, *node, config_);
    if (const auto* node = fields.get("masking")) read_masking(reader_, *node, config_);
    if (const auto* node = fields.get("tracing")) read_tracing(reader_, *node, config_);
    if (const auto* node = fields.get("simulation")) read_simulation(reader_, *node, config_);
    if (const auto* node = fields.get("twilio")) read_twilio(reader_, *node, config_);
    if (const auto* node = fields.get("recording")) reader_.choice(*node, "recording", {"off"});
  }

  std::string path_of(const Node& node, std::string_view what) {
    const auto path = reader_.text(node, what);
    return path ? resolve_path(node, *path) : std::string();
  }
  std::string required_path(DocumentFields& fields, std::string_view key, std::string_view example) {
    const auto* node = fields.require(key, example);
    return node ? path_of(*node, key) : std::string();
  }

  void read_tls(const Node& node) {
    DocumentFields fields(reader_, node, "`tls`", "tls: {certificate: cert.pem, key: key.pem}");
    config_.tls.emplace();
    config_.tls->certificate_file = required_path(fields, "certificate", "certificate: cert.pem");
    config_.tls->key_file = required_path(fields, "key", "key: key.pem");
    fields.finish();
  }

  void read_access(const Node& node) {
    DocumentFields fields(reader_, node, "`access`", "access: {tokens: [\"${GATEWAY_TOKEN}\"]}");
    config_.access.tokens = fields.texts("tokens").value_or(std::vector<std::string>{});
    config_.access.signing_key = fields.text("signing_key").value_or("");
    config_.access.origins = fields.texts("origins").value_or(std::vector<std::string>{});
    fields.finish();
    check_access(node);
  }

  /// Each key by itself, so that a mistake has the place of what it is in.
  void check_access(const Node& node) {
    const auto check = [&](const Node& at, AccessSettings part) {
      try {
        (void)Access(std::move(part));
      } catch (const Error& error) {
        reader_.report(at, error.message(), error.hint());
        return false;
      }
      return true;
    };
    const auto& [tokens, signing_key, origins] = config_.access;
    bool guarded = true;
    for (std::size_t i = 0; i < tokens.size(); ++i) guarded = check(*place_of(node, "tokens", i), {.tokens = {tokens[i]}}) && guarded;
    guarded = check(*place_of(node, "signing_key"), {.signing_key = signing_key}) && guarded;
    for (std::size_t i = 0; i < origins.size(); ++i) {
      AccessSettings part{.origins = {origins[i]}};
      if (guarded) part.tokens = tokens, part.signing_key = signing_key;
      check(*place_of(node, "origins", i), std::move(part));
    }
  }

  void read_sessions(const Node& node) {
    DocumentFields fields(reader_, node, "`sessions`", "sessions: {limit: 100}");
    if (const auto* limit = fields.get("limit")) {
      if (limit->is_scalar() && limit->text == "auto")
        config_.most_calls.reset();
      else if (const auto count = reader_.integer(*limit, "limit", 1, 1'000'000))
        config_.most_calls = static_cast<std::size_t>(*count);
    }
    if (const auto* redis = fields.get("redis")) read_redis(reader_, *redis, config_);
    if (const auto longest = fields.duration("longest")) config_.call.longest = *longest;
    if (const auto turns = fields.integer("turns", 1)) config_.call.most_turns = *turns;
    fields.finish();
  }

  void read_limits(const Node& node) {
    DocumentFields fields(reader_, node, "`limits`", "limits: {per_caller: off}");
    if (const auto* rate = fields.get("per_caller")) read_rate(*rate, "per_caller", config_.per_caller);
    if (const auto* rate = fields.get("per_address")) read_rate(*rate, "per_address", config_.per_address);
    fields.finish();
  }

  void read_rate(const Node& node, std::string_view key, std::optional<CallRate>& rate) {
    if (node.is_scalar() && node.text == "off") return rate.reset();
    DocumentFields fields(reader_, node, fmt::format("`{}`", key), "{calls: 30, within: 1m}, or off");
    rate.emplace();
    if (const auto calls = fields.integer("calls", 1)) rate->calls = *calls;
    if (const auto within = fields.duration("within")) rate->within = *within;
    fields.finish();
  }

  void read_who(const Node& node) {
    for (const auto& member : node.members) named_.insert(member.key);
    config_.providers = read_providers(reader_, node);
  }

  void read_dialogue(const Node& node) {
    DocumentFields fields(reader_, node, "`dialogue`", "dialogue: {sentences: 2, failures: 3}");
    auto& loop = config_.dialogue.loop;
    if (const auto count = fields.integer("sentences", 0, 100)) loop.prompt.sentences = loop.chain.flush.sentences = *count;
    if (const auto* value = fields.get("temperature")) loop.temperature = reader_.number(*value, "temperature", 0, 2);
    if (const auto count = fields.integer("max_tokens", 1)) loop.max_tokens = count;
    if (const auto count = fields.integer("tool_rounds", 1, 50)) loop.tool_rounds = *count;
    if (const auto limit = fields.duration("tool_limit")) loop.tool_limit = *limit;
    if (const auto after = fields.duration("filler_after")) loop.filler_after = *after;
    if (const auto limit = fields.duration("turn_timeout")) loop.chain.first_word = *limit;
    if (const auto count = fields.integer("failures", 1, 1000)) config_.dialogue.policy.failures = *count;
    fields.finish();
  }

  void read_pin(const Node& node) {
    DocumentFields fields(reader_, node, "`pin`", "pin: {file: pins.txt}");
    auto& pin = config_.dialogue.pin;
    if (const auto digits = fields.integer("digits", 3, static_cast<int>(Pin::most_digits))) pin.digits = *digits;
    if (const auto pause = fields.duration("pause")) pin.pause = *pause;
    if (const auto tries = fields.integer("tries", 1, 100)) pin.tries = *tries;
    const auto* file = fields.get("file");
    const auto* http = fields.get("http");
    if ((file != nullptr) == (http != nullptr)) reader_.report(node, "PINs are checked in a file or by a server", "say `file: pins.txt` or `http: {url: …}`");
    if (file) config_.pin = PinFile{path_of(*file, "file")};
    if (http) config_.pin = read_pin_server(*http);
    fields.finish();
  }

  HttpPinOptions read_pin_server(const Node& node) {
    DocumentFields fields(reader_, node, "a server of PINs", "http: {url: \"https://shop/pin\"}");
    HttpPinOptions options;
    if (const auto* url = fields.require("url", "url: https://…")) options.url = reader_.url(*url, "url").value_or("");
    options.token = fields.text("token").value_or("");
    if (const auto timeout = fields.duration("timeout")) options.timeout = *timeout;
    if (const auto* file = fields.get("ca_file")) options.tls.ca_file = path_of(*file, "ca_file");
    fields.finish();
    return options;
  }

  void read_escalation(const Node& node) {
    DocumentFields fields(reader_, node, "`escalation`", "escalation: {webhook: {url: \"https://shop/calls\"}}");
    if (const auto* hook = fields.require("webhook", "webhook: {url: https://…}")) {
      DocumentFields webhook(reader_, *hook, "a webhook", "webhook: {url: \"https://shop/calls\"}");
      config_.webhook.emplace();
      if (const auto* url = webhook.require("url", "url: https://…")) config_.webhook->url = reader_.url(*url, "url").value_or("");
      config_.webhook->token = webhook.text("token").value_or("");
      if (const auto* file = webhook.get("ca_file")) config_.webhook->tls.ca_file = path_of(*file, "ca_file");
      webhook.finish();
    }
    fields.finish();
  }

  void read_call(const Node& node) {
    DocumentFields fields(reader_, node, "`call`", "call: {barge_in: energy, end_of_turn: 400ms}");
    auto& ear = config_.call.ear;
    if (const auto* barge_in = fields.get("barge_in")) read_barge_in(*barge_in);
    if (const auto* rule = fields.get("backchannel")) config_.ignore_backchannels = reader_.choice(*rule, "backchannel", {"interrupt", "ignore"}) == "ignore";
    if (const auto speculate = fields.boolean("speculate")) config_.call.think_ahead = *speculate;
    if (const auto* rule = fields.get("echo")) config_.call.echo = echo_path_of(reader_.choice(*rule, "echo", {"cancel", "room", "off"}));
    if (const auto wait = fields.duration("end_of_turn")) ear.end_of_turn = *wait;
    if (const auto wait = fields.duration("hold")) ear.end_of_unfinished = *wait;
    if (const auto wait = fields.duration("silence")) config_.call.silence = *wait;
    if (const auto times = fields.integer("reprompts", 0, 100)) config_.call.reprompts = *times;
    if (ear.end_of_unfinished < ear.end_of_turn)
      reader_.report(node, "`hold` is shorter than `end_of_turn`", "a turn that is not complete is held for longer: 1.2s");
    fields.finish();
  }

  void read_barge_in(const Node& node) {
    auto& call = config_.call;
    if (node.is_scalar() && node.text == "off") {
      call.interruptible = false;
      return;
    }
    if (node.is_scalar()) {
      if (const auto engine = reader_.choice(node, "barge_in", {"energy", "silero", "webrtc", "off"}))
        call.ear.detector.engine = audio::voice_engine_from(*engine);
      return;
    }
    DocumentFields fields(reader_, node, "`barge_in`", "barge_in: {energy: {rms: 500}}");
    if (const auto* energy = fields.require("energy", "energy: {rms: 500}")) {
      DocumentFields rule(reader_, *energy, "the energy detector", "energy: {rms: 500, over_noise: 3}");
      auto& detector = call.ear.detector;
      const auto* rms = rule.get("rms");
      if (rms) detector.energy_rms = reader_.number(*rms, "rms", 1, 32767).value_or(detector.energy_rms);
      const auto* over = rule.get("over_noise");
      if (over) detector.energy_over_noise = reader_.number(*over, "over_noise", 0, 100).value_or(detector.energy_over_noise);
      if (rms && !over) detector.energy_over_noise = 0;  // `rms: 500` alone is the reference's rule
      rule.finish();
    }
    fields.finish();
  }

  const Variables& variables_;
  DocumentReader reader_;
  Node root_;
  GatewayConfig config_;
  std::set<std::string> named_;
};

GatewayConfig config_of(Node root, const std::string& file, const Variables& variables, const KnownProviders* known) {
  ConfigReader reader(variables);
  reader.read(std::move(root), file);
  return reader.finish(known);
}

struct Names {
  std::string operator()(const EarChoice& choice) const { return choice.recogniser.empty() ? "auto" : choice.recogniser; }
  std::string operator()(const ModelSettings& settings) const { return settings.model; }
  std::string operator()(const VoiceChoice& choice) const { return choice.voice.empty() ? "auto" : choice.voice; }
  template <class Stub>
  std::string operator()(const Stub&) const {
    return "a stub";
  }
};

template <class Provider>
std::string names_of(const std::vector<Provider>& chain) {
  std::vector<std::string> names;
  for (const auto& provider : chain) names.push_back(std::visit(Names{}, provider));
  return names.empty() ? "nobody" : join(names, ", then ");
}

}  // namespace

GatewayConfig parse_gateway_config(std::string_view text, const std::string& file, const Variables& variables) {
  return config_of(parse_document(text, file), file, variables, nullptr);
}

GatewayConfig read_gateway_config(const std::string& file, const Variables& variables, const KnownProviders& known) {
  return config_of(file.empty() ? Node() : read_document(file), file, variables, &known);
}

std::size_t most_calls(const GatewayConfig& config, const SpeechRegistry& speech) {
  if (config.most_calls) return *config.most_calls;
  // One that stands in may have to hear them all.
  const bool here = std::ranges::any_of(config.providers.ears, [&speech](const auto& provider) {
    const auto* ear = std::get_if<EarChoice>(&provider);
    return ear && speech.waits_on_clock_alone(*ear);
  });
  return here ? calls_per_core * std::max(1U, std::thread::hardware_concurrency()) : calls_elsewhere;
}

std::vector<std::pair<std::string, std::string>> describe(const GatewayConfig& config) {
  const auto& providers = config.providers;
  std::vector<std::pair<std::string, std::string>> lines{
      {"hears", names_of(providers.ears)}, {"answers", names_of(providers.models)}, {"speaks", names_of(providers.voices)}};
  std::vector<std::string> tools;
  for (const auto& tool : config.tools) tools.push_back(tool.name);
  if (!tools.empty()) lines.emplace_back("tools", join(tools, ", "));
  const bool is_open = config.access.tokens.empty() && config.access.signing_key.empty();
  lines.emplace_back("callers", fmt::format("{}; {} calls at once", is_open ? "anybody who reaches this address" : "those with a token or a signed address",
                                            config.most_calls ? std::to_string(*config.most_calls) : "as many as the cores allow"));
  std::vector<std::string> masks;
  for (const auto& custom : config.masking.custom) masks.push_back(custom.name);
  if (!masks.empty()) lines.emplace_back("masks", join(masks, ", "));
  if (config.redis) lines.emplace_back("kept", "calls in Redis, so that other instances can go on with them");
  if (config.twilio) lines.emplace_back("twilio", config.twilio->public_url + "/twilio/voice");
  for (const auto& notice : config.notices) lines.emplace_back("note", notice);
  return lines;
}

}  // namespace antiphon::gateway
