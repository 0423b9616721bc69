#include "antiphon/report/reporter.hpp"

#include <exception>

namespace antiphon {

void Reporters::add(const RunEvent& event) {
  for (const auto& member : members_) member->add(event);
}

void Reporters::finish(const BatchResult& batch) {
  std::exception_ptr first;
  for (const auto& member : members_) {
    try {
      member->finish(batch);
    } catch (...) {
      if (!first) first = std::current_exception();
    }
  }
  if (first) std::rethrow_exception(first);
}

}  // namespace antiphon
