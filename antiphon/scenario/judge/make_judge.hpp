#pragma once

#include "antiphon/scenario/judge/judge.hpp"

namespace antiphon {

/// As `judge_agent`, with another temperature where neither the judge nor the scenario has one.
ParticipantSpec make_judge(JudgeOptions options, double default_temperature);

}  // namespace antiphon
