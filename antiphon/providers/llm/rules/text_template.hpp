#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/base/json.hpp"

namespace antiphon::rules {

/// Text with `{{name}}` and `{{name|default}}`; braces around anything that is no name stay as they are.
class TextTemplate {
 public:
  using Lookup = std::function<std::optional<std::string>(std::string_view name)>;
  struct Reference {
    std::string name;
    std::optional<std::string> fallback;
  };

  TextTemplate() = default;
  explicit TextTemplate(std::string_view text);

  /// A name that `lookup` does not know and that has no default becomes nothing.
  std::string render(const Lookup& lookup) const;
  std::vector<Reference> references() const;

 private:
  struct Piece {
    std::string text;
    std::optional<Reference> reference;
  };
  std::vector<Piece> pieces_;
};

/// Renders every string inside `value`; keys stay.
json::value render_json(const json::value& value, const TextTemplate::Lookup& lookup);
void collect_references(const json::value& value, std::vector<TextTemplate::Reference>& out);

}  // namespace antiphon::rules
