#pragma once

#include "antiphon/base/document_reader.hpp"

namespace antiphon::suite {

using Reader = DocumentReader;
using Fields = DocumentFields;
using antiphon::directory_of;
using antiphon::resolve_path;

}  // namespace antiphon::suite
