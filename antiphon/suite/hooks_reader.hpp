#pragma once

#include <optional>

#include "antiphon/scenario/hooks.hpp"
#include "antiphon/suite/context.hpp"

namespace antiphon::suite {

/// What stands under `hooks`; a part that is not given says nothing.
struct ReadHooks {
  std::optional<std::vector<HookCommand>> before, after;

  /// Own commands in place of those below, part by part.
  Hooks over(const ReadHooks& below) const;
};

/// `{before: COMMAND, after: COMMAND}`, each one command or a list of them.
ReadHooks read_hooks(ReadContext& context, const Node& node);

}  // namespace antiphon::suite
