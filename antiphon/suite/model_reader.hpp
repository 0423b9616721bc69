#pragma once

#include <string>
#include <vector>

#include "antiphon/providers/llm/registry.hpp"
#include "antiphon/suite/context.hpp"

namespace antiphon::suite {

/// Keys of model settings, wherever they stand.
const std::vector<std::string>& model_keys();

/// `provider/name`, or a mapping with `model` and its settings.
ModelSettings read_model(ReadContext& context, const Node& node);

/// The settings that stand beside other keys of `fields`; what is not given stays unset.
ModelSettings read_model_keys(ReadContext& context, Fields& fields);

/// The model of the auditor: as a model, or `off`.
ModelSettings read_audit(ReadContext& context, const Node& node);

/// `lexical`, `provider/name` or a mapping: what compares texts for `similar`.
ModelSettings read_embedding(ReadContext& context, const Node& node);

}  // namespace antiphon::suite
