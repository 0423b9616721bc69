#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "antiphon/base/error.hpp"
#include "antiphon/result/agreement.hpp"

// Any bytes are labels or an Error of the one kind; what was read and written in either form reads the same again, and can be measured.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace antiphon;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<Label> labels;
  try {
    labels = parse_labels(text, "fuzz").labels;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::configuration) __builtin_trap();
    return 0;
  }
  const auto lines = label_lines(labels);
  if (label_lines(parse_labels(lines, "again").labels) != lines) __builtin_trap();
  if (label_lines(parse_labels(label_document(labels), "again").labels) != lines) __builtin_trap();
  if (!new_labels(labels, labels).empty()) __builtin_trap();
  const auto agreement = measure_agreement(labels);
  if (agreement.overall.kappa && !(agreement.overall.kappa->low <= agreement.overall.kappa->high)) __builtin_trap();
  return 0;
}
