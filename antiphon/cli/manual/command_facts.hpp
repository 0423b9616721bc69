#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace antiphon::cli {

/// What the parser knows of one flag; completion and manual are made of nothing else, so that they cannot differ from it.
struct FlagFacts {
  std::vector<std::string> names;  ///< with their dashes, short ones first
  bool takes_value = false;
  std::string description;
};
struct CommandFacts {
  std::string name;  ///< empty: the program itself
  std::string summary;
  std::string footer;  ///< examples
  std::vector<FlagFacts> flags;
  std::vector<FlagFacts> positionals;  ///< `names` holds one, without dashes
};

CommandFacts facts_of(const CLI::App& app);
/// The program first, then its commands in the order of its help.
std::vector<CommandFacts> all_facts(const CLI::App& program);

}  // namespace antiphon::cli
