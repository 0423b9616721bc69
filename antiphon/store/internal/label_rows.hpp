#pragma once

#include <vector>

#include "antiphon/result/label.hpp"

namespace antiphon::store {

class Database;

/// Labels as rows of the table `labels`, in the order in which they came.
std::vector<Label> read_labels(const Database& database);
void insert_label(const Database& database, const Label& label);

}  // namespace antiphon::store
