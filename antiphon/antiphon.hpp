#pragma once

/// Everything that a test in C++ needs: scenarios, participants, checks, results.

#include "antiphon/adapters/agents.hpp"
#include "antiphon/adapters/composed/composed_agent.hpp"
#include "antiphon/agent/state.hpp"
#include "antiphon/configure.hpp"
#include "antiphon/providers/llm/cache/cached.hpp"
#include "antiphon/result/agreement.hpp"
#include "antiphon/scenario/judge/check_judge.hpp"
#include "antiphon/scenario/judge/judge.hpp"
#include "antiphon/scenario/judge/panel.hpp"
#include "antiphon/scenario/run.hpp"
#include "antiphon/scenario/scenario.hpp"
#include "antiphon/scenario/users/agenda.hpp"
#include "antiphon/scenario/users/users.hpp"
