#pragma once

#include "antiphon/scenario/scenario.hpp"

namespace antiphon {

/// The name of the first participant, voice, recogniser, or of the auditor, that waits for something other than our clock (a socket, a thread); nullopt: there
/// is none.
std::optional<std::string> first_not_on_clock(const Scenario& scenario, const ModelRegistry& models,
                                              const SpeechRegistry& speech = *SpeechRegistry::with_defaults());

/// Whether nothing but a cassette answers for the models of this scenario.
bool is_replayed(const Scenario& scenario);

/// Whether this run takes place in virtual time.
bool runs_in_virtual_time(const Scenario& scenario, const ModelRegistry& models, const SpeechRegistry& speech = *SpeechRegistry::with_defaults());

/// Whether somebody of flesh plays one of its roles.
bool takes_a_person(const Scenario& scenario);

}  // namespace antiphon
