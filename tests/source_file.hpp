#pragma once

#include <string>
#include <string_view>

namespace antiphon {

/// The path of a file or folder of the checkout that the tests were built from, which is named below its root.
std::string source_file(std::string_view path);

}  // namespace antiphon
