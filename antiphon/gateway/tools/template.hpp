#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "antiphon/base/json.hpp"

namespace antiphon::gateway {

/// What a `${…}` of a tool's template stands for.
struct TemplateReference {
  enum class Scope { arguments, session, environment } scope = Scope::arguments;
  std::vector<std::string> path{};  ///< names of members, outermost first
};

/// Text with `${arguments.order_id}`, `${session.caller_id}` and `${env.SHOP_KEY}` in it; `$$` is a dollar.
class Template {
 public:
  /// @throws Error configuration for a `${` without end, or one that names nothing of the three.
  explicit Template(std::string_view text);

  /// The text with every reference replaced; `escape` is applied to what is put in, never to the text itself. What is absent becomes nothing.
  std::string fill(const json::object& arguments, const json::object& session, const std::function<std::string(std::string_view)>& escape = {}) const;
  /// The value itself where the text is one reference to arguments or session and nothing else: then a number stays a number.
  std::optional<json::value> value(const json::object& arguments, const json::object& session) const;
  bool is_one_reference() const { return pieces_.size() == 1 && std::holds_alternative<TemplateReference>(pieces_.front()); }
  const std::vector<std::variant<std::string, TemplateReference>>& pieces() const { return pieces_; }

 private:
  std::vector<std::variant<std::string, TemplateReference>> pieces_;
};

/// Fills every string of a value: one reference alone becomes the value it stands for (members whose value is absent are left out), other text is filled.
json::value fill_json(const json::value& body, const json::object& arguments, const json::object& session);

/// Every reference in the strings of `body`. @throws Error configuration as `Template`.
std::vector<TemplateReference> references_of(const json::value& body);

}  // namespace antiphon::gateway
