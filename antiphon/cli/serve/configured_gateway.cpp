#include "antiphon/cli/serve/configured_gateway.hpp"

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::cli {

namespace {

/// What `${NAME}` and the settings of the environment are looked up in.
gateway::Variables variables_of(const Environment& environment, bool own_desk) {
  return [&environment, own_desk](std::string_view name) -> std::optional<std::string> {
    auto value = environment.variable(name);
    // The desk names its rules; somebody who names a model, or has a key, would rather hear that one.
    if (own_desk && name == "SUPPORT_MODEL" && !value) {
      const auto model = trim(environment.variable("LLM_MODEL").value_or(""));
      if (model.find('/') != std::string::npos) return model;
      if (!trim(environment.variable("OPENAI_API_KEY").value_or("")).empty()) return "openai/" + (model.empty() ? "gpt-4o" : model);
    }
    return value;
  };
}

}  // namespace

ConfiguredGateway::ConfiguredGateway(const Environment& environment, const std::string& file, const std::string& config)
    : named_(file.empty() ? config : file) {
  if (!file.empty() && !config.empty())
    throw Error(ErrorKind::usage, "a configuration is named twice")
        .with_hint("antiphon serve gateway.yaml is the same as antiphon serve --config gateway.yaml");
  if (named_.empty()) desk_.emplace();
  file_ = desk_ ? desk_->file() : environment.path(named_);
  variables_ = variables_of(environment, desk_.has_value());
}

std::string ConfiguredGateway::name() const {
  return desk_ ? "the example desk of a coffee shop; PIN of caller +15550100: 1234. `antiphon serve FILE` runs your own" : named_;
}

}  // namespace antiphon::cli
