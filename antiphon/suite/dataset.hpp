#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "antiphon/base/document.hpp"

namespace antiphon::suite {

/// One row of a dataset: column and text, in the order of the file.
using Row = std::vector<std::pair<std::string, std::string>>;

/// CSV with a header row (RFC 4180: quotes, doubled quotes, line breaks inside quotes). Blank lines are no rows.
/// @throws Problems with the line and column of each mistake.
/// @see https://www.rfc-editor.org/rfc/rfc4180
std::vector<Row> parse_csv(std::string_view text, const std::string& file);

/// JSON lines: an object per line; texts as they are, other values as JSON.
/// @throws Problems, likewise.
std::vector<Row> parse_jsonl(std::string_view text, const std::string& file);

/// Reads `.csv` or `.jsonl`. @throws Problems: cannot be read, another ending, no rows.
std::vector<Row> read_dataset(const std::string& file);

}  // namespace antiphon::suite
