#include "antiphon/suite/suite_file.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "antiphon/base/text.hpp"
#include "antiphon/result/sensitivity.hpp"
#include "antiphon/suite/agent_reader.hpp"
#include "antiphon/suite/fingerprint.hpp"
#include "antiphon/suite/group.hpp"
#include "antiphon/suite/hooks_reader.hpp"
#include "antiphon/suite/include.hpp"
#include "antiphon/suite/scenario_reader.hpp"
#include "antiphon/suite/user_reader.hpp"
#include "antiphon/suite/variables.hpp"

namespace antiphon::suite {

namespace {

constexpr std::size_t run_limit = 100'000;

// A value read for many cells is wrong once. Places that were complained about in an earlier pass are left out of later ones.
class ProblemList {
 public:
  explicit ProblemList(std::vector<Problem>& problems) : problems_(problems) {}

  void add(std::vector<Problem> pass) {
    std::set<Place> fresh;
    for (auto& problem : pass) {
      const Place place{problem.where.file, problem.where.line, problem.where.column};
      if (seen_.contains(place)) continue;
      fresh.insert(place);
      problems_.push_back(std::move(problem));
    }
    seen_.merge(fresh);
  }

 private:
  using Place = std::tuple<std::string, int, int>;
  std::set<Place> seen_;
  std::vector<Problem>& problems_;
};

class SuiteBuilder {
 public:
  SuiteBuilder(const Node& root, const SuiteFileOptions& options, std::vector<Problem>& problems) : root_(root), options_(options), list_(problems) {}

  SuiteFile build() {
    suite_.file = root_.where.file;
    suite_.name = std::filesystem::path(suite_.file).stem().string();
    read_top();
    if (scenarios_)
      for (const auto& node : scenarios_->items) read_runs(node);
    return std::move(suite_);
  }

 private:
  void read_top() {
    Reader reader;
    Fields fields(reader, root_, "a suite");
    check_version(reader, *fields.get("antiphon"));
    if (const auto* node = fields.get("name")) read_name(reader, *node);
    agent_ = fields.get("agent");
    defaults_ = fields.get("defaults");
    fields.get("include");
    if (const auto* node = fields.get("setup")) read_setup(reader, *node);
    if (const auto* node = fields.get("hooks")) read_suite_hooks(reader, *node);
    scenarios_ = fields.require("scenarios", "scenarios: [{name: what this scenario tries}]");
    if (scenarios_ && (!scenarios_->is_sequence() || scenarios_->items.empty())) {
      reader.report(*scenarios_, "scenarios must be a list with at least one scenario", "write it as `scenarios: [{name: what this scenario tries}]`");
      scenarios_ = nullptr;
    }
    fields.later({"load", "redteam", "providers", "simulation"});
    fields.finish();
    list_.add(std::move(reader.problems()));
  }

  static void check_version(Reader& reader, const Node& node) {
    if (node.as_integer() == 1) return;
    reader.report(node, fmt::format("this format has version 1, not {}", node.is_scalar() ? quote(cut(node.text, 40)) : "this"), "write `antiphon: 1`");
  }

  Node expanded(Reader& reader, const Node& node) const {
    Node copy = node;
    expand_variables(copy, options_.environment, reader.problems());
    return copy;
  }

  void read_name(Reader& reader, const Node& node) {
    const auto own = expanded(reader, node);
    suite_.name = reader.text(own, "name").value_or(suite_.name);
  }

  void read_setup(Reader& reader, const Node& original) {
    ReadContext context{.reader = reader, .commands_allowed = options_.commands_allowed, .open_gateway = options_.open_gateway};
    const auto node = expanded(reader, original);
    if (!node.is_sequence()) {
      reader.report(node, "setup must be a list of commands", "write it as `setup: [{run: [python3, agent.py], ready: \"http://127.0.0.1:8080/health\"}]`");
      return;
    }
    if (!options_.commands_allowed && !node.items.empty()) report_commands(context, node, "setup runs");
    for (const auto& item : node.items) suite_.setup.push_back(read_command_of_setup(context, item));
  }

  void read_suite_hooks(Reader& reader, const Node& original) {
    ReadContext context{.reader = reader, .commands_allowed = options_.commands_allowed, .open_gateway = options_.open_gateway};
    const auto node = expanded(reader, original);
    suite_.hooks = read_hooks(context, node).over({});
  }

  static SetupCommand read_command_of_setup(ReadContext& context, const Node& node) {
    Fields fields(context.reader, node, "a setup command", "- {run: [python3, agent.py], ready: \"http://127.0.0.1:8080/health\"}");
    auto command = read_command(context, fields);
    SetupCommand setup{.argv = std::move(command.argv), .directory = std::move(command.directory), .env = std::move(command.env)};
    if (const auto* ready = fields.get("ready")) setup.ready = context.reader.url(*ready, "ready").value_or("");
    setup.timeout = fields.duration("timeout").value_or(setup.timeout);
    setup.where = node.where;
    fields.finish();
    return setup;
  }

  std::optional<std::vector<Row>> read_rows(Reader& reader, const Node& scenario) {
    const auto* original = scenario.find("dataset");
    if (!original) return std::nullopt;
    const auto node = expanded(reader, *original);
    const auto path = reader.text(node, "dataset");
    if (!path) return std::nullopt;
    try {
      return read_dataset(resolve_path(node, *path));
    } catch (const Problems& problems) {
      report_of_file(reader, node, problems);
    }
    return std::nullopt;
  }

  std::optional<Group> read_group_of(Reader& reader, const Node& scenario) {
    const auto* original = scenario.find("group");
    if (!original) return std::nullopt;
    const auto node = expanded(reader, *original);
    const auto path = reader.text(node, "group");
    if (!path) return Group{};
    try {
      const auto root = read_document(resolve_path(node, *path));
      if (is_suite(root)) {
        reader.report(node, fmt::format("{} is a suite, not a scenario group", quote(*path)), "take a suite's scenarios in with `include:` at the top");
        return Group{};
      }
      return read_group(reader, root);
    } catch (const Problems& problems) {
      report_of_file(reader, node, problems, "check the path; it is relative to the suite file");
    }
    return Group{};
  }

  // One scenario, or one for each of its group.
  void read_runs(const Node& scenario) {
    Reader reader;
    const auto group = read_group_of(reader, scenario);
    list_.add(std::exchange(reader.problems(), {}));
    if (!group) return read_variants(scenario, nullptr, 1);
    for (const auto& entry : group->entries) {
      auto one = scenario;
      take_entry(reader, entry, one);
      const bool broken = !reader.problems().empty();
      list_.add(std::exchange(reader.problems(), {}));
      if (!broken) read_variants(one, entry.simulated, group->entries.size());
    }
  }

  // What is wrong with a file as a whole is a mistake of the line that names it.
  static void report_of_file(Reader& reader, const Node& named_at, const Problems& problems, const std::string& hint = {}) {
    for (auto problem : problems.list()) {
      if (problem.where.line == 0)
        reader.report(named_at, problem.message, hint.empty() ? problem.hint : hint);
      else
        reader.report(std::move(problem));
    }
  }

  /// @param runs of how many its group has
  void read_variants(const Node& scenario, const std::shared_ptr<const SimulatedCase>& simulated, std::size_t runs) {
    Reader reader;
    const auto* matrix = scenario.find("matrix");
    const auto matrix_node = matrix ? std::optional(expanded(reader, *matrix)) : std::nullopt;
    const auto cells = read_matrix(reader, matrix_node ? &*matrix_node : nullptr);
    const auto rows = read_rows(reader, scenario);
    const auto players = players_of(scenario);
    if (!players.empty() && matrix && matrix->find(user_model_variable))
      reader.report(*matrix, fmt::format("the matrix has the variable {}, which --user-models sets, too", user_model_variable),
                    "leave the flag out, or rename the variable");
    const bool lacks_values = !reader.problems().empty();
    if (matrix_node) report_doubled_values(reader, *matrix_node);
    if (cells.size() * (rows ? rows->size() : 1) * std::max<std::size_t>(players.size(), 1) * runs > run_limit) {
      reader.report(scenario, fmt::format("this scenario stands for more than {} runs", run_limit), "split its matrix, its dataset or its group");
      list_.add(std::move(reader.problems()));
      return;
    }
    list_.add(std::move(reader.problems()));
    for (const auto& variant : combine(cells, rows ? &*rows : nullptr)) {
      if (players.empty()) read_variant(scenario, variant, lacks_values, nullptr, simulated);
      for (const auto* player : players) {
        auto played = variant;
        played.cell.emplace_back(user_model_variable, player->name);
        read_variant(scenario, played, lacks_values, player, simulated);
      }
    }
  }

  // Fixed words are the same whoever would play the user, so they are run once.
  std::vector<const UserModel*> players_of(const Node& scenario) const {
    std::vector<const UserModel*> players;
    if (const auto* user = scenario.find("user"))
      for (const auto& model : options_.user_models)
        if (can_be_played_by(*user, model)) players.push_back(&model);
    return players;
  }

  // Variables of a broken matrix or dataset are unset because of that mistake, which is told already.
  void read_variant(const Node& original, const Variant& variant, bool lacks_values, const UserModel* player,
                    const std::shared_ptr<const SimulatedCase>& simulated) {
    Reader reader;
    const auto lookup = variant.over(options_.environment);
    const auto expand = [&](const Node* node) {
      auto copy = node ? std::optional(*node) : std::nullopt;
      if (copy) expand_except_runtime(*copy, lookup, reader.problems());
      return copy;
    };
    const auto scenario = expand(&original);
    const auto agent = expand(agent_);
    const auto defaults = expand(defaults_);
    if (lacks_values) reader.problems().clear();
    list_.add(std::exchange(reader.problems(), {}));
    ReadContext context{reader, options_.commands_allowed, &replays_, player, &labels_, options_.open_gateway, simulated};
    auto read = read_scenario(context, {.scenario = *scenario, .agent = agent ? &*agent : nullptr, .defaults = defaults ? &*defaults : nullptr});
    if (!lacks_values) list_.add(std::move(reader.problems()));
    const auto* name = original.find("name");
    read.id = read.name + variant.id_suffix(name ? std::string_view(name->text) : std::string_view());
    read.suite = suite_.name;
    if (player) add_user_model(read.fingerprints, player->name);
    read.matrix = {variant.cell.begin(), variant.cell.end()};
    read.row = variant.row;
    suite_.scenarios.push_back(std::move(read));
  }

  const Node& root_;
  const SuiteFileOptions& options_;
  ProblemList list_;
  SuiteFile suite_;
  ReplayCache replays_;
  LabelCache labels_;
  const Node* agent_ = nullptr;
  const Node* defaults_ = nullptr;
  const Node* scenarios_ = nullptr;
};

}  // namespace

bool is_suite(const Node& root) { return root.find("antiphon") != nullptr; }

SuiteFile read_suite(const Node& root, const SuiteFileOptions& options, std::vector<Problem>& problems) {
  const auto whole = with_includes(root, options.environment, problems);
  auto suite = SuiteBuilder(whole, options, problems).build();
  suite.file = root.where.file;
  return suite;
}

}  // namespace antiphon::suite
