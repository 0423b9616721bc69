#include "antiphon/session/internal/wire.hpp"

#include <google/protobuf/descriptor.h>

namespace antiphon::session {

namespace {

using google::protobuf::FieldDescriptor;

double figure_of(const google::protobuf::Message& message, const FieldDescriptor& field) {
  const auto* reflection = message.GetReflection();
  return field.cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE ? reflection->GetDouble(message, &field) : reflection->GetInt32(message, &field);
}

void set_figure(google::protobuf::Message& message, const FieldDescriptor& field, double value) {
  const auto* reflection = message.GetReflection();
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE)
    reflection->SetDouble(&message, &field, value);
  else
    reflection->SetInt32(&message, &field, static_cast<std::int32_t>(std::clamp(value, -2147483648.0, 2147483647.0)));
}

bool is_figure(const FieldDescriptor& field) { return field.cpp_type() != FieldDescriptor::CPPTYPE_STRING; }

ModelUsage read(std::string kind, const google::protobuf::Message& message) {
  ModelUsage usage{.kind = std::move(kind)};
  const auto* reflection = message.GetReflection();
  const auto& type = *message.GetDescriptor();
  usage.provider = reflection->GetString(message, type.FindFieldByName("provider"));
  usage.model = reflection->GetString(message, type.FindFieldByName("model"));
  for (int i = 0; i < type.field_count(); ++i)
    if (const auto& field = *type.field(i); is_figure(field) && reflection->HasField(message, &field)) usage.figures[field.name()] = figure_of(message, field);
  return usage;
}

void write(const ModelUsage& usage, google::protobuf::Message& message) {
  const auto* reflection = message.GetReflection();
  const auto& type = *message.GetDescriptor();
  reflection->SetString(&message, type.FindFieldByName("provider"), wire_text(usage.provider));
  reflection->SetString(&message, type.FindFieldByName("model"), wire_text(usage.model));
  for (const auto& [name, value] : usage.figures)
    if (const auto* field = type.FindFieldByName(name); field && is_figure(*field)) set_figure(message, *field, value);
}

}  // namespace

void to_wire(const std::vector<ModelUsage>& usage, wire::AgentSessionUsage& out) {
  const auto& type = *wire::ModelUsage::descriptor();
  for (const auto& one : usage) {
    const auto* field = type.FindFieldByName(one.kind);
    if (!field) continue;
    auto& to = *out.add_model_usage();
    write(one, *to.GetReflection()->MutableMessage(&to, field));
  }
}

std::vector<ModelUsage> from_wire(const wire::AgentSessionUsage& usage) {
  std::vector<ModelUsage> all;
  for (const auto& one : usage.model_usage()) {
    const auto* field = one.GetReflection()->GetOneofFieldDescriptor(one, wire::ModelUsage::descriptor()->oneof_decl(0));
    if (field) all.push_back(read(field->name(), one.GetReflection()->GetMessage(one, field)));
  }
  return all;
}

}  // namespace antiphon::session
