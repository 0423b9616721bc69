#pragma once

#include <fstream>
#include <mutex>
#include <string>

#include "antiphon/report/reporter.hpp"

namespace antiphon {

/// One JSON object a line, written as things happen (schemas/events.schema.json): `batch_started`, then `run_started`, `message`, `verdict`, `check`,
/// `attempt_finished` and `run_finished` of all runs as they come, at last `batch_finished`. A reader that follows the file sees whole lines.
class JsonLinesReporter final : public Reporter {
 public:
  /// Writes the first line, with what is known of `head`. @throws Error io when the file cannot be made.
  JsonLinesReporter(const std::string& path, const BatchResult& head, std::size_t total);
  /// The same onto a stream that outlives the reporter.
  JsonLinesReporter(std::ostream& out, const BatchResult& head, std::size_t total);

  void add(const RunEvent& event) override;
  /// @throws Error io when a line could not be written; those before it are there.
  void finish(const BatchResult& batch) override;

 private:
  void start(const BatchResult& head, std::size_t total);
  void write(std::string line);

  std::string path_;
  std::ofstream file_;
  std::ostream* out_;
  std::mutex mutex_;
};

}  // namespace antiphon
