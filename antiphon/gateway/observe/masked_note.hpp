#pragma once

#include "antiphon/gateway/observe/call_note.hpp"
#include "antiphon/gateway/privacy/mask.hpp"

namespace antiphon::gateway {

/// The same note without personal data: the one way by which words of a call come into logs and traces (GTW-33).
CallNote masked(CallNote note, const Masker& masker);

}  // namespace antiphon::gateway
