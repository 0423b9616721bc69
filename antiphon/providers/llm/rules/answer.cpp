#include "antiphon/providers/llm/rules/answer.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/providers/llm/rules/schema_filler.hpp"
#include "antiphon/providers/llm/rules/verdict_filler.hpp"

namespace antiphon::rules {

namespace {

// A usual rule of thumb; vendors count in their own ways.
std::int64_t estimated_tokens(std::size_t bytes) { return static_cast<std::int64_t>((bytes + 3) / 4); }

Usage usage_of(const ChatRequest& request, const Message& reply) {
  std::size_t in = request.tools.empty() ? 0 : request.tools.serialized().size();
  for (const auto& message : request.preamble) in += message.text().size();
  for (const auto& message : request.messages) in += message.text().size();
  std::size_t out = reply.text().size();
  for (const auto& call : reply.tool_calls()) out += call.name.size() + call.arguments.size();
  return {.input_tokens = estimated_tokens(in), .output_tokens = estimated_tokens(out), .calls = 1};
}

Error no_match(const RulesFile& file, const Input& input) {
  const auto* last = input.last();
  std::vector<std::string> offered;
  for (const auto& tool : input.request().tools.tools()) offered.push_back(tool.name);
  const auto said = last               ? "last " + quote(cut(*last, 200))
                    : input.size() > 0 ? "newest a tool's result " + quote(cut(input.message(input.size() - 1).text(), 200))
                                       : std::string("no messages");
  return Error(ErrorKind::invalid_input, fmt::format("no rule in {} matches: role {}, turn {}, {}{}{}", file.path, input.role(), input.turn(), said,
                                                     offered.empty() ? "" : ", tools ", join(offered, ", ")))
      .with_status(400)
      .with_hint(fmt::format("add a rule to {}; one without `when` at the end matches everything", file.path));
}

std::string call_id(RandomStream& random) { return fmt::format("call_{:016x}", random.next()); }

// One request: its parts share input, match and streams.
class Answering {
 public:
  Answering(const RulesFile& file, const Input& input, const Match& match, const State& state, RandomStream& choice)
      : request_(input.request()), input_(input), rule_(*match.rule), lookup_(lookup(file, match, state)), choice_(choice) {}

  Message message() {
    auto text = reply();
    auto calls = tool_calls();
    if (!calls.empty()) return Message::assistant_calls(text, calls);
    if (request_.response_schema && !try_parse_json(text)) text = json::serialize(fill_schema(*request_.response_schema, text));
    return Message::assistant(text);
  }

 private:
  std::string reply() {
    const auto drawn = choice_.uniform();  // always one draw, so that adding an alternative shifts nothing else
    if (rule_.replies.empty()) return {};
    return rule_.replies[static_cast<std::size_t>(drawn * static_cast<double>(rule_.replies.size()))].render(lookup_);
  }

  ToolCall call(std::string name, std::string arguments) { return {.id = call_id(choice_), .name = std::move(name), .arguments = std::move(arguments)}; }

  const Tool* forced_tool() const {
    switch (request_.tool_choice.mode) {
      case ToolChoice::Mode::named: return request_.tools.find(request_.tool_choice.name);
      case ToolChoice::Mode::required: return request_.tools.empty() ? nullptr : &request_.tools.tools().front();
      default: return nullptr;
    }
  }

  std::vector<ToolCall> tool_calls() {
    std::vector<ToolCall> calls;
    for (const auto& made : rule_.tool_calls)
      calls.push_back(call(made.name, made.text ? made.text->render(lookup_) : json::serialize(render_json(made.arguments, lookup_))));
    if (!rule_.criteria.empty()) {
      const auto* tool = verdict_tool(request_);
      if (!tool)
        throw Error(ErrorKind::invalid_input, fmt::format("{}: the rule fills criteria, yet the request offers no tool for a verdict", to_string(rule_.where)))
            .with_status(400)
            .with_hint("add `when: {offers_tool: finish_test}` to the rule");
      calls.push_back(call(tool->name, json::serialize(fill_verdict(*tool, rule_.criteria, input_))));
    }
    if (const auto* tool = rule_.calls_forced_tool ? forced_tool() : nullptr)
      calls.push_back(call(tool->name, json::serialize(fill_schema(tool->parameters, input_.last() ? *input_.last() : ""))));
    return calls;
  }

  const ChatRequest& request_;
  const Input& input_;
  const Rule& rule_;
  TextTemplate::Lookup lookup_;
  RandomStream& choice_;
};

}  // namespace

Answer answer(const RulesFile& file, const ChatRequest& request, std::string_view model, State& state, RandomStream& choice, RandomStream& timing) {
  const Input input(request, model);
  const auto found = match(file, input, state);
  if (!found) throw no_match(file, input);
  auto message = Answering(file, input, *found, state, choice).message();
  apply_set(file, *found, state);
  const auto usage = usage_of(request, message);
  const auto* reason = message.tool_calls().empty() ? "stop" : "tool_calls";
  return {.response = {.message = std::move(message), .finish_reason = reason, .usage = usage},
          .latency = found->rule->latency ? found->rule->latency->draw(timing) : Duration(0),
          .fault = found->rule->fault};
}

std::vector<std::string> pieces_of(std::string_view text) {
  std::vector<std::string> pieces;
  while (!text.empty()) {
    auto end = text.find_first_of(" \t\n");
    end = end == std::string_view::npos ? end : text.find_first_not_of(" \t\n", end);
    pieces.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end, text.size()));
  }
  return pieces;
}

}  // namespace antiphon::rules
