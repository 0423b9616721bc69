#include "antiphon/report/json_reporter.hpp"

#include "antiphon/base/files.hpp"

namespace antiphon {

void JsonReporter::finish(const BatchResult& batch) {
  write_file_atomically(path_, serialize(batch));
  written_ = true;
}

}  // namespace antiphon
