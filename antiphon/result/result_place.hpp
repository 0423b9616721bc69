#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/json.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon {

// A value and the way to it. Lives on the stack of who reads it; the path is put together only for a complaint.
class Place {
 public:
  explicit Place(const json::value& value) : value_(&value) {}

  Place at(std::string_view key) const {
    const auto* member = find(*value_, key);
    if (!member) refuse(fmt::format("has no {}", quote(key)));
    return Place(member, this, key, 0);
  }
  /// Null and absent are the same.
  std::optional<Place> maybe(std::string_view key) const {
    const auto* member = find(*value_, key);
    if (!member || member->is_null()) return std::nullopt;
    return Place(member, this, key, 0);
  }
  template <class Read>
  void each(Read read) const {
    const auto* array = value_->if_array();
    if (!array) refuse("is no list");
    for (std::size_t i = 0; i < array->size(); ++i) read(Place(&(*array)[i], this, {}, i));
  }

  std::string text() const {
    if (!value_->is_string()) refuse("is no string");
    return std::string(value_->get_string());
  }
  double number() const {
    if (!value_->is_number()) refuse("is no number");
    return value_->to_number<double>();
  }
  template <class Integer>
  Integer integer() const {
    boost::system::error_code error;
    const auto number = value_->is_number() ? value_->to_number<Integer>(error) : Integer{};
    if (error || !value_->is_number()) refuse("is no whole number in range");
    return number;
  }
  bool boolean() const {
    if (!value_->is_bool()) refuse("is neither true nor false");
    return value_->get_bool();
  }
  const json::object& object() const {
    if (!value_->is_object()) refuse("is no object");
    return value_->get_object();
  }
  const json::value& value() const { return *value_; }

  [[noreturn]] void refuse(std::string_view why) const {
    const auto where = path();
    throw Error(ErrorKind::protocol, fmt::format("not a result: {} {}", where.empty() ? "the file" : where, why));
  }

 private:
  Place(const json::value* value, const Place* parent, std::string_view key, std::size_t index) : value_(value), parent_(parent), key_(key), index_(index) {}

  std::string path() const {
    if (!parent_) return {};
    return parent_->path() + "/" + (key_.empty() ? std::to_string(index_) : std::string(key_));
  }

  const json::value* value_;
  const Place* parent_ = nullptr;
  std::string_view key_;
  std::size_t index_ = 0;
};

}  // namespace antiphon
