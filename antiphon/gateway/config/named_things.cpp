#include "antiphon/gateway/config/named_things.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <initializer_list>
#include <set>

#include <fmt/format.h>
#include <unistd.h>

#include "antiphon/audio/vad/silero.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/gateway/config/spoken_locales.hpp"
#include "antiphon/gateway/dialogue/policy_book.hpp"
#include "antiphon/gateway/tools/http_tool.hpp"
#include "antiphon/gateway/tools/sql_check.hpp"
#include "antiphon/gateway/tools/template.hpp"
#include "antiphon/net/https_server.hpp"

namespace antiphon::gateway {

namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

/// Programs that run the file named behind them.
bool runs_scripts(const std::string& program) {
  static const std::set<std::string> others{"node", "bash", "sh", "ruby", "perl"};
  const auto name = fs::path(program).filename().string();
  return name.starts_with("python") || others.contains(name);
}

/// As they are written, but for an ending that node adds.
bool is_script(const std::string& program, const fs::path& script) {
  return is_there(script) || (fs::path(program).filename() == "node" && is_there(script.string() + ".js"));
}

bool is_in_path(const std::string& program) {
  const auto* path = std::getenv("PATH");  // NOLINT: nothing of this program changes it
  return !path ||
         std::ranges::any_of(split(path, ':'), [&program](const std::string& folder) { return ::access((fs::path(folder) / program).c_str(), X_OK) == 0; });
}

class NamedThings {
 public:
  NamedThings(DocumentReader& reader, const Node& root, GatewayConfig& config, const KnownProviders& known)
      : reader_(reader), root_(root), config_(config), known_(known) {}

  void check() {
    if (known_.certificates && config_.tls) check_certificates(*config_.tls);
    check_providers();
    if (config_.call.ear.detector.engine == audio::VoiceEngine::silero) attempt(place({"call", "barge_in"}), [] { (void)audio::installed_silero(); });
    check_policy();
    if (const auto* pins = std::get_if<PinFile>(&config_.pin); pins && !pins->file.empty())
      attempt(place({"pin", "file"}), [pins] { (void)parse_pin_lines(read_file(pins->file), pins->file); });
    if (const auto* server = std::get_if<HttpPinOptions>(&config_.pin)) check_authorities(server->tls, place({"pin", "http", "ca_file"}));
    if (config_.webhook) check_authorities(config_.webhook->tls, place({"escalation", "webhook", "ca_file"}));
    if (config_.knowledge) check_knowledge(*config_.knowledge);
    for (const auto& tool : config_.tools) std::visit([&](const auto& options) { check_tool(tool.name, options); }, tool.options);
  }

 private:
  /// Of the innermost entry on the way that is there.
  Location place(std::initializer_list<std::string_view> way) const {
    Location where = root_.is_null() ? Location{.file = config_.file.empty() ? "environment" : config_.file} : root_.where;
    const Node* node = &root_;
    for (const auto& key : way) {
      node = node->find(key);
      if (!node) break;
      where = node->where;
    }
    return where;
  }

  /// Of one of `providers`, which may be a list, or stand nowhere but in the environment.
  Location place_of(std::string_view kind, std::string_view variable, std::size_t number) const {
    const auto* providers = root_.find("providers");
    const auto* node = providers ? providers->find(kind) : nullptr;
    if (!node) return {.file = fmt::format("environment, {}", variable)};
    return node->is_sequence() && number < node->items.size() ? node->items[number].where : node->where;
  }

  void report(const Location& where, std::string message, std::string hint) {
    reader_.report({.message = std::move(message), .where = where, .hint = std::move(hint), .width = 0});
  }

  /// A file that cannot be read has no place in itself: then it is the one where it is named.
  template <class Check>
  void attempt(const Location& where, const Check& check) {
    try {
      check();
    } catch (const Problems& problems) {
      for (auto problem : problems.list()) {
        if (problem.where.line == 0) problem.where = where, problem.width = 0;
        reader_.report(std::move(problem));
      }
    } catch (const Error& error) {
      report(where, error.message(), error.hint().empty() ? "check the path, which is relative to the configuration" : error.hint());
    }
  }

  void check_certificates(const net::ServerTls& tls) {
    if (tls.certificate_file.empty() || tls.key_file.empty()) return;
    try {
      net::check_files(tls);
    } catch (const Error& error) {
      const bool is_key = error.message().starts_with(tls.key_file);
      report(place({"tls", is_key ? "key" : "certificate"}), error.message(), error.hint());
      if (!is_key && !is_there(tls.key_file)) report(place({"tls", "key"}), "there is no file " + tls.key_file, error.hint());
    }
  }

  void check_authorities(const net::TlsOptions& tls, const Location& where) {
    if (!tls.ca_file.empty()) attempt(where, [&tls] { net::check_files(tls); });
  }

  void check_providers() {
    const auto& providers = config_.providers;
    if (known_.models && providers.models.empty()) report(place({"providers"}), nobody_answers().message(), nobody_answers().hint());
    if (known_.models)
      check_each<ModelSettings>(providers.models, "llm", "LLM_MODEL", [this](const ModelSettings& model) {
        if (!model.empty()) known_.models->check(model);
      });
    if (!known_.speech) return;
    check_each<EarChoice>(providers.ears, "asr", "ASR_MODEL", [this](const EarChoice& ear) { known_.speech->check(ear); });
    check_each<VoiceChoice>(providers.required_voices(), "tts", "TTS_VOICE", [this](const VoiceChoice& voice) { known_.speech->check(voice); });
  }

  template <class Choice, class All, class Check>
  void check_each(const All& all, std::string_view kind, std::string_view variable, const Check& check) {
    for (std::size_t i = 0; i < all.size(); ++i)
      if (const auto* choice = std::get_if<Choice>(&all[i])) attempt(place_of(kind, variable, i), [&] { check(*choice); });
  }

  void check_policy() {
    auto policy = config_.policy_file.empty() ? built_in_policy() : nullptr;
    if (!policy) attempt(place({"policy"}), [&] { policy = read_policy(config_.policy_file); });
    if (!policy) return;  // nobody knows its locales
    const bool is_named = root_.find("locale") && root_.find("locale")->text == config_.locale;
    attempt(is_named ? place({"locale"}) : Location{.file = "environment, ASR_LANGUAGE"}, [&] {
      const auto choice = default_locale(*policy, config_.locale);
      if (choice.match == LocaleChoice::Match::language)
        config_.notices.push_back(fmt::format("the locale {} is not spoken here: callers who ask for none get {}", quote(config_.locale), choice.locale));
    });
  }

  void check_knowledge(const KnowledgeSettings& knowledge) {
    attempt(place({"knowledge", "embedder"}), [&] { EmbedderRegistry::check(knowledge.embedder); });
    if (!knowledge.documents.empty()) attempt(place({"knowledge", "documents"}), [&] { (void)read_documents(knowledge.documents); });
    const auto* index = std::get_if<LocalStoreOptions>(&knowledge.store);
    if (!index) return;
    check_folder(index->file, place({"knowledge", "file"}));
    if (is_there(index->file))
      attempt(place({"knowledge", "file"}), [index] { (void)store::Database(index->file, false, index_kind()).pragma("schema_version"); });
  }

  static store::DatabaseKind index_kind() {
    return {.name = "the knowledge index", .instead = "name another file", .otherwise = "", .when_damaged = "and it is made again"};
  }

  /// Of a file that is made where it is missing.
  void check_folder(const std::string& file, const Location& where) {
    const auto folder = fs::path(file).parent_path();
    if (!folder.empty() && !is_there(folder)) report(where, "there is no folder " + folder.string(), "make it, or name a file elsewhere");
  }

  // --- Tools ------------------------------------------------------------------------------------------------------------------------------------

  void check_tool(const std::string& name, const HttpToolOptions& options) {
    check_authorities(options.tls, place({"tools", name, "http", "ca_file"}));
    for (const auto& [part, error] : mistakes_of(options)) report(place({"tools", name, "http", part}), error.message(), error.hint());
    json::array headers;
    for (const auto& [_, value] : options.headers) headers.push_back(json::value(value));
    check_fields(name, "url", json::value(options.url));
    check_fields(name, "headers", headers);
    check_fields(name, "body", options.body);
  }

  void check_fields(const std::string& name, std::string_view part, const json::value& text) {
    std::vector<TemplateReference> references;
    try {
      references = references_of(text);
    } catch (const Error&) {
      return;  // which has been told
    }
    for (const auto& reference : references)
      if (const auto& field = reference.path.front(); reference.scope == TemplateReference::Scope::session && !is_session_field(field))
        report(place({"tools", name, "http", part}), fmt::format("tool {}: a call has no field {}, which a template names", name, quote(field)),
               std::string(fields_of_calls));
  }

  void check_tool(const std::string& name, const SqlToolOptions& options) {
    if (options.database.empty() || options.query.empty()) return;  // which has been told
    const SqlCheck::Places places{.database = place({"tools", name, "sql", "database"}),
                                  .schema = place({"tools", name, "sql", "schema"}),
                                  .query = place({"tools", name, "sql", "query"})};
    check_folder(options.database, places.database);
    for (auto& problem : sql_.check(options, places)) reader_.report(std::move(problem));
  }

  void check_tool(const std::string& name, const McpOptions& options) {
    const auto& process = options.process;
    const auto* command = root_.find("tools")->find(name)->find("mcp")->find("command");
    if (process.argv.empty() || !command || process.env.contains("PATH")) return;
    const auto place_of_word = [command](std::size_t i) { return i < command->items.size() ? command->items[i].where : command->where; };
    const auto& program = process.argv.front();
    const auto beside = [&process](const std::string& path) { return fs::path(process.directory) / path; };
    if (program.find('/') == std::string::npos ? !is_in_path(program) : !is_there(beside(program)))
      report(place_of_word(0), fmt::format("tool {}: there is no program {}", name, program), "install it, or write the path to it");
    else if (process.argv.size() > 1 && runs_scripts(program) && !process.argv[1].starts_with('-') && !is_script(program, beside(process.argv[1])))
      report(place_of_word(1), fmt::format("tool {}: there is no file {}", name, beside(process.argv[1]).lexically_normal().string()),
             "its path is relative to the configuration");
  }

  void check_tool(const std::string& name, const KnowledgeToolOptions&) {
    if (!config_.knowledge)
      report(place({"tools", name, "knowledge"}), fmt::format("tool {}: there is no knowledge base", name), "say where its documents are under `knowledge:`");
  }

  DocumentReader& reader_;
  const Node& root_;
  GatewayConfig& config_;
  const KnownProviders& known_;
  SqlCheck sql_;
};

}  // namespace

Error nobody_answers() {
  return Error(ErrorKind::configuration, "nobody is there to answer: no model is named, and there is no key")
      .with_hint("write `providers: {llm: openai/gpt-4o}` or `{llm: rules/desk.rules.yaml}`, or set OPENAI_API_KEY");
}

void check_named_things(DocumentReader& reader, const Node& root, GatewayConfig& config, const KnownProviders& known) {
  NamedThings(reader, root, config, known).check();
}

}  // namespace antiphon::gateway
