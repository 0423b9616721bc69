#include "antiphon/adapters/twilio/twiml.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/error.hpp"

namespace antiphon::wire {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

Error failure_of(std::string_view text) {
  try {
    stream_of(read_twiml(text));
  } catch (const Error& error) {
    EXPECT_EQ(error.party(), Party::agent) << text;
    return error;
  }
  return {ErrorKind::internal, "it was read"};
}

// As twilio-python 9 writes it.
TEST(Twiml, TellsTheStreamOfACall_TRN6) {
  const auto stream =
      stream_of(read_twiml("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Say voice=\"alice\">One moment &amp; we&apos;ll begin</Say>"
                           "<Connect action=\"https://a.example/next\"><Stream url=\"wss://a.example/s?x=1&amp;y=2\" name='line'>"
                           "<Parameter name=\"caller\" value=\"&lt;&#43;1&#x35;55&gt;\" /></Stream></Connect></Response>\n"));
  EXPECT_EQ(stream.url, "wss://a.example/s?x=1&y=2");
  EXPECT_THAT(stream.parameters, ElementsAre(Pair("caller", "<+1555>")));
  EXPECT_THAT(stream.skipped, ElementsAre("Say"));
}

TEST(Twiml, LeavesOutCommentsAndTakesRawText_TRN6) {
  const auto root = read_twiml("\xEF\xBB\xBF<!-- a --> <Response >x<!-- <y> --><![CDATA[<z>&amp;]]></Response > <!-- b -->");
  EXPECT_EQ(root.text, "x<z>&amp;");
}

TEST(Twiml, SaysWhyACallIsNotTaken_TRN21) {
  EXPECT_THAT(failure_of("<Response><Reject reason=\"busy\"/></Response>").message(), HasSubstr("rejects the call (busy)"));
  EXPECT_THAT(failure_of("<Response><Hangup/></Response>").message(), HasSubstr("hangs up"));
  EXPECT_THAT(failure_of("<Response><Start><Stream url=\"wss://a\"/></Start></Response>").message(), HasSubstr("goes one way"));
  EXPECT_THAT(failure_of("<Response><Gather/></Response>").message(), HasSubstr("<Gather>"));
  EXPECT_THAT(failure_of("<Response/>").message(), HasSubstr("no <Connect><Stream>"));
  EXPECT_THAT(failure_of("<Response><Connect><Stream/></Connect></Response>").message(), HasSubstr("no url"));
}

TEST(Twiml, SaysWhereItIsNone_TRN21) {
  for (const auto* const text : {"", "hello", "<Response>", "<Response></Answer>", "<Response a></Response>", "<Response a=b></Response>",
                                 "<Response a=\"b></Response>", "<Response>&nbsp;</Response>", "<Response>&#0;</Response>", "<Response>&#xD800;</Response>",
                                 "<Response/><Response/>", "<html></html>", "<!DOCTYPE x [<!ENTITY a \"b\">]><Response/>", "<Response><![CDATA[</Response>"}) {
    const auto error = failure_of(text);
    EXPECT_EQ(error.kind(), ErrorKind::protocol) << text;
    EXPECT_THAT(error.message(), HasSubstr("is no TwiML")) << text;
  }
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "<a>";
  EXPECT_THAT(failure_of("<Response>" + deep).message(), HasSubstr("within each other"));
}

}  // namespace
}  // namespace antiphon::wire
