#include "antiphon/protocol/layercode/fields.hpp"

#include <cmath>

#include <fmt/format.h>

#include "antiphon/base/base64.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::layercode {

namespace {

constexpr double beyond_integers = 9.0e15;

Error broken(std::string message) { return {ErrorKind::protocol, std::move(message)}; }

}  // namespace

Fields::Fields(std::string_view text, std::string what) : what_(std::move(what)) {
  auto message = try_parse_json(text);
  if (!message) throw broken(fmt::format("{} is no JSON: {}", what_, quote(cut(repair_utf8(text.substr(0, 400)), 120))));
  if (!message->is_object()) throw broken(fmt::format("{} is no JSON object: {}", what_, preview(*message, 120)));
  message_ = *std::move(message);
  if (const auto* type = find(message_, "type"); type && !type->is_null()) {
    if (!type->is_string()) throw broken(fmt::format("the type of {} is no text: {}", what_, preview(*type, 120)));
    type_ = std::string(type->get_string());
  }
}

const std::string& Fields::needed_type() const {
  if (type_.empty()) throw broken(fmt::format("{} has no type: {}", what_, preview(message_, 120)));
  return type_;
}

void Fields::refuse(std::string_view key, std::string_view wanted) const {
  const auto* found = value(key);
  const auto of = type_.empty() ? what_ : fmt::format("{} ({})", what_, cut(type_, 60));
  throw broken(found ? fmt::format("{} of {} is not {}: {}", key, of, wanted, preview(*found, 80)) : fmt::format("{} has no {}, {}", of, key, wanted));
}

const json::value* Fields::present(std::string_view key) const {
  const auto* found = value(key);
  return found && !found->is_null() ? found : nullptr;
}

std::string Fields::text(std::string_view key) const {
  const auto* found = value(key);
  if (!found || !found->is_string()) refuse(key, "a text");
  return std::string(found->get_string());
}

std::string Fields::text_or(std::string_view key) const { return present(key) ? text(key) : std::string(); }

std::string Fields::first_text(std::initializer_list<std::string_view> keys) const {
  for (const auto key : keys)
    if (present(key)) return text(key);
  return {};
}

std::string Fields::audio(std::string_view key) const {
  auto bytes = decode_base64(text(key));
  if (!bytes) refuse(key, "base64");
  if (bytes->size() % 2 != 0) refuse(key, "whole samples of 16 bits");
  return *std::move(bytes);
}

std::optional<bool> Fields::flag(std::string_view key) const {
  const auto* found = present(key);
  if (!found) return std::nullopt;
  if (!found->is_bool()) refuse(key, "true or false");
  return found->get_bool();
}

std::optional<double> Fields::number(std::string_view key) const {
  const auto* found = present(key);
  if (!found) return std::nullopt;
  if (!found->is_number()) refuse(key, "a number");
  return found->to_number<double>();
}

std::optional<std::int64_t> Fields::integer(std::string_view key) const {
  const auto found = number(key);
  if (!found) return std::nullopt;
  if (std::abs(*found) > beyond_integers || std::trunc(*found) != *found) refuse(key, "a whole number");
  return static_cast<std::int64_t>(*found);
}

json::object Fields::object_or(std::string_view key) const {
  const auto* found = present(key);
  if (!found) return {};
  if (!found->is_object()) refuse(key, "a JSON object");
  return found->get_object();
}

}  // namespace antiphon::layercode
