#include "antiphon/net/query.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "antiphon/base/error.hpp"

namespace antiphon::net {

Query query_of(std::string_view target) {
  const auto parsed = boost::urls::parse_origin_form(target);
  if (!parsed) throw Error(ErrorKind::invalid_input, "the request's target is none: " + parsed.error().message());
  Query query;
  for (const auto& parameter : parsed->params()) query.emplace_back(parameter.key, parameter.value);
  return query;
}

std::optional<std::string> find_parameter(const Query& query, std::string_view name) {
  for (const auto& [key, value] : query)
    if (key == name) return value;
  return std::nullopt;
}

}  // namespace antiphon::net
