#include "antiphon/adapters/agent_error.hpp"

#include <gtest/gtest.h>

#include "antiphon/base/error.hpp"

namespace antiphon {
namespace {

TEST(AgentError, ALateConnectionIsTheTransportsAndALateAnswerTheAgents_TRN21) {
  const Error late(ErrorKind::timeout, "nothing in time");
  EXPECT_EQ(agent_error(late).party(), Party::agent);
  EXPECT_EQ(agent_error(Error(late).with_party(Party::transport)).party(), Party::transport);
  EXPECT_EQ(agent_error(Error(ErrorKind::refused, "no TLS")).party(), Party::transport);
}

TEST(AgentError, AProviderThatASharedCodecNamedIsTheAgent_TRN21) {
  EXPECT_EQ(agent_error(Error(ErrorKind::protocol, "no JSON").with_party(Party::provider)).party(), Party::agent);
}

TEST(AgentError, SettingsOfOursAreNotTheAgents_TRN21) {
  EXPECT_EQ(agent_error(Error(ErrorKind::configuration, "ca.pem cannot be read")).party(), Party::harness);
}

}  // namespace
}  // namespace antiphon
