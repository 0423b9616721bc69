#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "antiphon/suite/dataset.hpp"
#include "antiphon/suite/reader.hpp"

namespace antiphon::suite {

/// Answers the value of a variable, or nullopt for unset.
using Lookup = std::function<std::optional<std::string>(std::string_view)>;

/// One value for each variable of a matrix, in the order of the file.
using Cell = std::vector<std::pair<std::string, std::string>>;

/// One of the runs that a scenario of a file stands for.
struct Variant {
  Cell cell;
  std::optional<int> row;  ///< counts from 1
  Row values;              ///< of that row

  /// Row before matrix before `below`.
  Lookup over(Lookup below) const;
  /// ` [persona=rude] row 3`: only variables that `name_template` does not name.
  std::string id_suffix(std::string_view name_template) const;
};

/// Every cell, the last variable changing fastest. One empty cell without a matrix.
std::vector<Cell> read_matrix(Reader& reader, const Node* node);

/// Reports values that a variable has twice. A mistake, but one that leaves no variable unset.
void report_doubled_values(Reader& reader, const Node& node);

/// Every cell with every row. Without dataset one variant per cell.
std::vector<Variant> combine(const std::vector<Cell>& cells, const std::vector<Row>* rows);

}  // namespace antiphon::suite
