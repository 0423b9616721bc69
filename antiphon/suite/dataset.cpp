#include "antiphon/suite/dataset.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::suite {

namespace {

constexpr std::size_t file_limit = std::size_t{64} << 20;  // the 100,000 runs that a suite may have, at 600 bytes a row
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

struct Record {
  std::vector<std::string> fields;
  int line = 1;
};

class CsvReader {
 public:
  CsvReader(std::string_view text, const std::string& file, std::vector<Problem>& problems) : text_(text), file_(file), problems_(problems) {}

  bool at_end() const { return at_ >= text_.size(); }

  Record record() {
    Record record{.fields = {}, .line = line_};
    do {
      record.fields.push_back(field());
    } while (take(','));
    end_of_line();
    return record;
  }

 private:
  std::string field() { return !at_end() && text_[at_] == '"' ? quoted() : plain(); }

  std::string plain() {
    const auto end = std::min(text_.find_first_of(",\r\n\"", at_), text_.size());
    std::string value(text_.substr(at_, end - at_));
    at_ = end;
    if (at_end() || text_[at_] != '"') return value;
    report("a quote inside an unquoted field", "put the whole field in quotes, and double the quotes inside it");
    const auto rest = std::min(text_.find_first_of(",\r\n", at_), text_.size());
    at_ = rest;
    return value;
  }

  std::string quoted() {
    const auto line = line_;
    const auto column = this->column();
    std::string value;
    ++at_;
    while (!at_end()) {
      const char c = text_[at_++];
      if (c == '\n') ++line_, line_start_ = at_;
      if (c != '"') {
        value += c;
        continue;
      }
      if (at_end() || text_[at_] != '"') return finish_quoted(std::move(value));
      value += '"', ++at_;
    }
    problems_.push_back({.message = "a quoted field has no end", .where = {file_, line, column}, .hint = "close it with a quote"});
    return value;
  }

  std::string finish_quoted(std::string value) {
    const auto end = std::min(text_.find_first_of(",\r\n", at_), text_.size());
    if (end != at_) report("text after a closing quote", "put the whole field in quotes, and double the quotes inside it");
    at_ = end;
    return value;
  }

  bool take(char c) {
    if (at_end() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  void end_of_line() {
    const bool carriage_return = take('\r');
    if (take('\n') || carriage_return) ++line_, line_start_ = at_;
  }

  int column() const {
    const auto before = text_.substr(line_start_, at_ - line_start_);
    return 1 + static_cast<int>(std::count_if(before.begin(), before.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
  }
  void report(std::string message, std::string hint) {
    problems_.push_back({.message = std::move(message), .where = {file_, line_, column()}, .hint = std::move(hint)});
  }

  std::string_view text_;
  const std::string& file_;
  std::vector<Problem>& problems_;
  std::size_t at_ = 0;
  std::size_t line_start_ = 0;
  int line_ = 1;
};

void check_header(const Record& header, const std::string& file, std::vector<Problem>& problems) {
  auto names = header.fields;
  std::sort(names.begin(), names.end());
  if (std::adjacent_find(names.begin(), names.end()) != names.end())
    problems.push_back({.message = fmt::format("two columns are called {}", quote(*std::adjacent_find(names.begin(), names.end()))),
                        .where = {file, header.line, 1},
                        .hint = "give each column a name of its own",
                        .width = 0});
  if (std::binary_search(names.begin(), names.end(), ""))
    problems.push_back({.message = "a column has no name", .where = {file, header.line, 1}, .hint = "name every column in the first line", .width = 0});
}

std::string text_of(const json::value& value) { return value.is_string() ? std::string(value.as_string()) : json::serialize(value); }

std::string_view without_mark(std::string_view text) { return text.starts_with(byte_order_mark) ? text.substr(byte_order_mark.size()) : text; }

void check_encoding(std::string_view text, const std::string& file) {
  if (!is_utf8(text)) throw Problems({{.message = "the dataset is not UTF-8", .where = {file, 0, 0}, .hint = "save it as UTF-8"}});
}

}  // namespace

std::vector<Row> parse_csv(std::string_view text, const std::string& file) {
  check_encoding(text, file);
  std::vector<Problem> problems;
  CsvReader reader(without_mark(text), file, problems);
  std::vector<Row> rows;
  std::optional<Record> header;
  while (!reader.at_end()) {
    auto record = reader.record();
    if (record.fields.size() == 1 && record.fields[0].empty()) continue;
    if (!header) {
      header = std::move(record);
      check_header(*header, file, problems);
      continue;
    }
    if (record.fields.size() != header->fields.size()) {
      problems.push_back({.message = fmt::format("this row has {} fields, the header has {}", record.fields.size(), header->fields.size()),
                          .where = {file, record.line, 1},
                          .hint = "add or remove fields; put quotes around one that holds a comma",
                          .width = 0});
      continue;
    }
    Row& row = rows.emplace_back();
    for (std::size_t i = 0; i < record.fields.size(); ++i) row.emplace_back(header->fields[i], std::move(record.fields[i]));
  }
  if (!problems.empty()) throw Problems(std::move(problems));
  return rows;
}

std::vector<Row> parse_jsonl(std::string_view text, const std::string& file) {
  check_encoding(text, file);
  std::vector<Problem> problems;
  std::vector<Row> rows;
  int line = 0;
  for (const auto& entry : split(without_mark(text), '\n')) {
    ++line;
    if (trim(entry).empty()) continue;
    const auto value = try_parse_json(entry);
    if (!value || !value->is_object()) {
      problems.push_back(
          {.message = "this line is no JSON object", .where = {file, line, 1}, .hint = "write one object per line: {\"order_id\": \"A-1007\"}", .width = 0});
      continue;
    }
    Row& row = rows.emplace_back();
    for (const auto& member : value->as_object()) row.emplace_back(std::string(member.key()), text_of(member.value()));
  }
  if (!problems.empty()) throw Problems(std::move(problems));
  return rows;
}

std::vector<Row> read_dataset(const std::string& file) {
  const auto fail = [&](std::string message, std::string hint) {
    throw Problems({{.message = std::move(message), .where = {file, 0, 0}, .hint = std::move(hint)}});
  };
  const auto ending = lower(std::filesystem::path(file).extension().string());
  if (ending != ".csv" && ending != ".jsonl") fail("a dataset ends in .csv or .jsonl", "rename or convert it");
  std::error_code ignored;
  if (std::filesystem::exists(file, ignored) && !std::filesystem::is_regular_file(file, ignored)) fail("the dataset is no file", "name a file");
  std::string text;
  try {
    text = read_file(file, file_limit);
  } catch (const Error& error) {
    fail(error.message(), "check the path; it is relative to the suite file");
  }
  auto rows = ending == ".csv" ? parse_csv(text, file) : parse_jsonl(text, file);
  if (rows.empty()) fail("the dataset has no rows", ending == ".csv" ? "add a line below the header" : "add a line");
  return rows;
}

}  // namespace antiphon::suite
