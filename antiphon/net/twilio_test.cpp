#include "antiphon/net/twilio.hpp"

#include <gtest/gtest.h>

#include "antiphon/base/error.hpp"

namespace antiphon::net {
namespace {

// The example of Twilio's own documentation and of the tests of its libraries.
const FormFields documented{{"CallSid", "CA1234567890ABCDE"}, {"Digits", "1234"}, {"From", "+14158675309"}, {"To", "+18005551212"}, {"Caller", "+14158675309"}};
constexpr auto token = "12345", address = "https://mycompany.com/myapp.php?foo=1&bar=2", signature = "RSOYDt4T1cUTdK1PDd93/VVr8B8=";

TEST(TwilioSignature, IsThatOfTheDocumentation_TRN6) {
  EXPECT_EQ(twilio_signature(token, address, documented), signature);
  EXPECT_TRUE(is_twilio_signature(signature, token, address, documented));
}

TEST(TwilioSignature, IsRefusedForWhateverWasChanged_TRN6) {
  auto fields = documented;
  fields[1].second = "1235";
  EXPECT_FALSE(is_twilio_signature(signature, token, address, fields));
  EXPECT_FALSE(is_twilio_signature(signature, "12346", address, documented));
  EXPECT_FALSE(is_twilio_signature(signature, token, "https://mycompany.com/myapp.php?foo=1", documented));
  EXPECT_FALSE(is_twilio_signature("", token, address, documented));
  EXPECT_FALSE(is_twilio_signature(std::string(signature).substr(1), token, address, documented));
}

TEST(TwilioSignature, MayOrMayNotSayThePortThatASchemeHas_TRN6) {
  for (const auto* const pair : {"https://a.example/x", "wss://a.example/x", "http://a.example/x", "https://a.example"}) {
    const std::string plain = pair;
    const std::string port = plain.starts_with("http://") ? ":80" : ":443";
    auto with_port = plain;
    with_port.insert(std::min(with_port.find('/', 8), with_port.size()), port);
    EXPECT_TRUE(is_twilio_signature(twilio_signature(token, plain, {}), token, with_port, {})) << with_port;
    EXPECT_TRUE(is_twilio_signature(twilio_signature(token, with_port, {}), token, plain, {})) << plain;
  }
  EXPECT_FALSE(is_twilio_signature(twilio_signature(token, "https://a.example:8443/x", {}), token, "https://a.example/x", {}));
}

TEST(TwilioSignature, CountsWhatStandsTwiceOnce_TRN6) {
  EXPECT_EQ(twilio_signature(token, address, {{"a", "2"}, {"a", "1"}, {"a", "2"}}), twilio_signature(token, address, {{"a", "1"}, {"a", "2"}}));
}

TEST(Form, ReadsWhatItWrites) {
  const FormFields fields{{"From", "+1 555"}, {"a&b", "c=d\xC3\xA9"}, {"empty", ""}};
  EXPECT_EQ(read_form(write_form(fields)), fields);
  EXPECT_EQ(form_field(fields, "From"), "+1 555");
  EXPECT_EQ(form_field(fields, "none"), "");
  EXPECT_THROW(read_form("a=%zz"), Error);
}

}  // namespace
}  // namespace antiphon::net
