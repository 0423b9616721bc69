#include "antiphon/suite/hooks_reader.hpp"

#include "antiphon/suite/agent_reader.hpp"

namespace antiphon::suite {

namespace {

constexpr const char* example = "hooks: {before: {run: [python3, reset.py]}}";

HookCommand read_hook(ReadContext& context, const Node& node) {
  Fields fields(context.reader, node, "a hook", "before: {run: [python3, reset.py]}");
  auto command = read_command(context, fields);
  HookCommand hook{.argv = std::move(command.argv), .directory = std::move(command.directory), .env = std::move(command.env), .place = to_string(node.where)};
  hook.timeout = fields.duration("timeout").value_or(hook.timeout);
  fields.finish();
  return hook;
}

std::vector<HookCommand> read_commands(ReadContext& context, const Node& node) {
  std::vector<HookCommand> commands;
  if (!node.is_sequence()) {
    commands.push_back(read_hook(context, node));
    return commands;
  }
  for (const auto& item : node.items) commands.push_back(read_hook(context, item));
  return commands;
}

}  // namespace

Hooks ReadHooks::over(const ReadHooks& below) const {
  const auto first = [](const auto& own, const auto& other) { return own ? *own : other.value_or(std::vector<HookCommand>{}); };
  return {.before = first(before, below.before), .after = first(after, below.after)};
}

ReadHooks read_hooks(ReadContext& context, const Node& node) {
  ReadHooks hooks;
  Fields fields(context.reader, node, "hooks", example);
  if (!fields.is_mapping()) return hooks;
  if (!context.commands_allowed) report_commands(context, node, "hooks run");
  if (const auto* before = fields.get("before")) hooks.before = read_commands(context, *before);
  if (const auto* after = fields.get("after")) hooks.after = read_commands(context, *after);
  fields.finish();
  if (!hooks.before && !hooks.after && node.members.empty())
    context.reader.report(node, "hooks without a command", std::string("write it as `") + example + "`");
  return hooks;
}

}  // namespace antiphon::suite
