#pragma once

#include <span>
#include <string_view>

namespace antiphon::gateway {

/// A policy file that is part of this program.
struct BuiltInLocale {
  std::string_view name;
  std::string_view content;
};

/// The files of dialogue/locales, embedded at build time.
std::span<const BuiltInLocale> built_in_locales();

}  // namespace antiphon::gateway
