#include <algorithm>

#include "antiphon/providers/llm/language_model.hpp"

namespace antiphon {

namespace {

void append_tool(std::string& out, const Tool& tool) {
  out += R"({"type":"function","function":{"name":)";
  append_json_string(out, tool.name);
  if (!tool.description.empty()) {
    out += R"(,"description":)";
    append_json_string(out, tool.description);
  }
  out += R"(,"parameters":)";
  out += json::serialize(tool.parameters);
  out += "}}";
}

const std::vector<Tool> no_tools;
const std::string empty_list = "[]";

}  // namespace

struct ToolSet::Body {
  explicit Body(std::vector<Tool> list) : tools(std::move(list)) {
    serialized = "[";
    for (const auto& tool : tools) {
      if (serialized.size() > 1) serialized += ',';
      append_tool(serialized, tool);
    }
    serialized += ']';
  }

  std::vector<Tool> tools;
  std::string serialized;
};

ToolSet::ToolSet(std::vector<Tool> tools) {
  if (!tools.empty()) body_ = std::make_shared<const Body>(std::move(tools));
}

const std::vector<Tool>& ToolSet::tools() const { return body_ ? body_->tools : no_tools; }

const Tool* ToolSet::find(std::string_view name) const {
  const auto& list = tools();
  const auto it = std::find_if(list.begin(), list.end(), [&](const Tool& tool) { return tool.name == name; });
  return it == list.end() ? nullptr : &*it;
}

const std::string& ToolSet::serialized() const { return body_ ? body_->serialized : empty_list; }

}  // namespace antiphon
