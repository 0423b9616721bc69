#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "antiphon/base/json.hpp"

namespace antiphon::speech {

/// Names and values in order; a name may stand there more than once.
using Fields = std::vector<std::pair<std::string, std::string>>;

/// Replaces what stands under the names of `settings`; a list gives its name once per element, null takes it away.
void add_settings(Fields& fields, const json::object& settings);

/// `a=1&b=x%20y`. Fields without a value are left out.
std::string query_text(const Fields& fields);

struct Upload {
  std::string name;  ///< `audio.wav`
  std::string type;  ///< `audio/wav`
  std::string bytes;
};

struct FormBody {
  std::string content_type;
  std::string body;
};

/// multipart/form-data (RFC 7578), the file last. The same fields give the same bytes. Fields without a value are left out.
FormBody form_body(const Fields& fields, const Upload& file);

}  // namespace antiphon::speech
