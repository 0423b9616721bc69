#include "antiphon/gym/settings_reader.hpp"

#include "antiphon/base/document_reader.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/net/https_server.hpp"

namespace antiphon::gym {

namespace {

class SettingsReader {
 public:
  SettingsReader(const Node& root, Settings& settings)
      : fields_(reader_, root, "the settings of the gym", "server_url: \"http://localhost:8001\""), settings_(settings) {}

  void read() {
    text("server_url", settings_.server_url);
    text("agent_id", settings_.agent_id);
    text("authorize_path", settings_.authorize_path);
    text("websocket_url", settings_.websocket_url);
    text("tts_model", settings_.tts_model);
    text("tts_voice", settings_.tts_voice);
    text("tts_instructions", settings_.tts_instructions);
    text("output_root", settings_.output_root);
    if (const auto* node = fields_.get("output_root")) settings_.output_root = resolve_path(*node, settings_.output_root);
    if (const auto* node = fields_.get("pace"))
      if (const auto word = reader_.choice(*node, "pace", {"realtime", "burst"})) settings_.pace = pace_from(*word);
    if (const auto ms = fields_.integer("chunk_ms", 0, Settings::longest_chunk_ms)) settings_.chunk_ms = *ms;
    if (const auto* node = fields_.get("chunk_interval")) seconds(*node, "chunk_interval", settings_.chunk_interval.emplace());
    if (const auto keep = fields_.boolean("store_audio")) settings_.store_audio = *keep;
    times();
    if (const auto most = fields_.integer("max_consecutive_waits", 1, 1000)) settings_.max_consecutive_waits = *most;
    if (const auto most = fields_.integer("max_silent_turns", 1, 1000)) settings_.max_silent_turns = *most;
    if (auto metadata = fields_.object("custom_metadata")) settings_.custom_metadata = std::move(*metadata);
    headers();
    tls();
    fields_.finish();
    if (!reader_.problems().empty()) throw Problems(std::move(reader_.problems()));
  }

 private:
  void text(std::string_view key, std::string& value) {
    if (auto given = fields_.text(key)) value = std::move(*given);
  }
  void seconds(const Node& node, std::string_view key, Duration& value) {
    const auto given = reader_.text(node, key);
    if (!given) return;
    if (const auto read = seconds_from(*given))
      value = *read;
    else
      reader_.report(node, std::string(key) + " is no time: " + quote(*given), "write it as 0.05, or with its unit: 50ms");
  }
  void times() {
    const std::pair<std::string_view, Duration*> all[] = {{"request_timeout", &settings_.request_timeout},
                                                          {"greeting", &settings_.greeting},
                                                          {"response_timeout", &settings_.response_timeout},
                                                          {"assistant_idle_timeout", &settings_.assistant_idle_timeout},
                                                          {"conversation_timeout", &settings_.conversation_timeout}};
    for (const auto& [key, value] : all)
      if (const auto* node = fields_.get(key)) seconds(*node, key, *value);
  }
  void headers() {
    if (const auto* node = fields_.get("custom_headers"))
      for (auto& [name, value] : reader_.named_texts(*node, "custom_headers").value_or(net::Headers{})) settings_.custom_headers[name] = value;
    if (const auto* node = fields_.get("auth_headers")) settings_.auth_headers = reader_.named_texts(*node, "auth_headers").value_or(net::Headers{});
  }
  void tls() {
    const auto* node = fields_.get("tls");
    if (!node) return;
    DocumentFields fields(reader_, *node, "tls", "tls: {ca: ca.pem}");
    const auto* ca = fields.get("ca");
    if (auto path = ca ? reader_.text(*ca, "ca") : std::nullopt) settings_.tls.ca_file = resolve_path(*ca, *path);
    settings_.tls.verify = fields.boolean("verify").value_or(true);
    fields.finish();
    try {
      if (!settings_.tls.ca_file.empty()) net::check_files(settings_.tls);
    } catch (const Error& error) {
      reader_.report(*ca, error.message(), error.hint());
    }
  }

  DocumentReader reader_;
  DocumentFields fields_;
  Settings& settings_;
};

}  // namespace

void read_settings(const std::string& file, const Settings::Variables& environment, Settings& settings) {
  auto root = read_document(file);
  std::vector<Problem> problems;
  expand_variables(root, environment, problems);
  if (!problems.empty()) throw Problems(std::move(problems));
  SettingsReader(root, settings).read();
}

}  // namespace antiphon::gym
