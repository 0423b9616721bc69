#pragma once

#include <string>
#include <vector>

#include "antiphon/base/json.hpp"

namespace antiphon::cli {

/// One thing that `antiphon doctor` looked at.
struct Finding {
  enum class State {
    ok,
    note,  ///< not there or not as it could be, and nothing needs it
    wrong  ///< something that is needed does not work
  };
  std::string group;  ///< environment, providers, here
  std::string name;
  State state = State::ok;
  std::string what;
  std::string fix{};  ///< what to do; empty where there is nothing to do
};

/// 0: all well; 1: something is wrong.
int exit_code(const std::vector<Finding>& findings);
/// For people: groups, one line each, the fix below.
std::string shown(const std::vector<Finding>& findings);
/// `antiphon.doctor/1`.
json::object to_json(const std::vector<Finding>& findings);

}  // namespace antiphon::cli
