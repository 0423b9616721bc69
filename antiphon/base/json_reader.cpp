#include "antiphon/base/json_reader.hpp"

#include <charconv>

#include <boost/json/basic_parser_impl.hpp>

namespace antiphon {

namespace {

using boost::system::error_code;
using Text = json::string_view;

/// What Boost's own parser does with what it reads, but for numbers.
struct ExactNumbers {
  static constexpr std::size_t max_object_size = json::object::max_size(), max_array_size = json::array::max_size();
  static constexpr std::size_t max_key_size = json::string::max_size(), max_string_size = json::string::max_size();
  static constexpr std::size_t always_exact = 15;  // characters of a number without an exponent that Boost reads exactly

  json::value_stack stack;

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) { return true; }
  bool on_object_end(std::size_t n, error_code&) { return stack.push_object(n), true; }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(std::size_t n, error_code&) { return stack.push_array(n), true; }
  bool on_key_part(Text text, std::size_t, error_code&) { return stack.push_chars(text), true; }
  bool on_key(Text text, std::size_t, error_code&) { return stack.push_key(text), true; }
  bool on_string_part(Text text, std::size_t, error_code&) { return stack.push_chars(text), true; }
  bool on_string(Text text, std::size_t, error_code&) { return stack.push_string(text), true; }
  bool on_number_part(Text, error_code&) { return true; }
  bool on_int64(std::int64_t number, Text, error_code&) { return stack.push_int64(number), true; }
  bool on_uint64(std::uint64_t number, Text, error_code&) { return stack.push_uint64(number), true; }
  bool on_double(double number, Text text, error_code&) {
    double exact = 0;
    // The whole text is there at once, so `text` is the whole number.
    const bool simple = text.size() <= always_exact && text.find_first_of("eE") == Text::npos;
    if (!simple && std::from_chars(text.data(), text.data() + text.size(), exact).ec == std::errc()) number = exact;
    return stack.push_double(number), true;
  }
  bool on_bool(bool b, error_code&) { return stack.push_bool(b), true; }
  bool on_null(error_code&) { return stack.push_null(), true; }
  bool on_comment_part(Text, error_code&) { return true; }
  bool on_comment(Text, error_code&) { return true; }
};

}  // namespace

json::value read_json(std::string_view text, std::size_t max_depth, std::size_t& used, error_code& error) {
  json::parse_options options;
  options.max_depth = max_depth;
  json::basic_parser<ExactNumbers> parser(options);
  parser.handler().stack.reset();
  used = parser.write_some(false, text.data(), text.size(), error);
  return error ? json::value() : parser.handler().stack.release();
}

}  // namespace antiphon
