#include "antiphon/base/pii/find.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace antiphon::pii {
namespace {

using testing::ElementsAre;

std::vector<std::string> found(const std::string& text, const std::vector<std::string>& kinds = known_kinds()) {
  std::vector<std::string> list;
  for (const auto& finding : find(text, kinds)) list.push_back(std::string(finding.kind) + " " + text.substr(finding.begin, finding.end - finding.begin));
  return list;
}

struct Case {
  const char* text;
  const char* found;
};
void PrintTo(const Case& each, std::ostream* out) { *out << each.text; }

class PersonalData : public testing::TestWithParam<Case> {};

TEST_P(PersonalData, IsFoundWhole_SCN60) { EXPECT_THAT(found(GetParam().text), ElementsAre(GetParam().found)); }

INSTANTIATE_TEST_SUITE_P(
    Kinds, PersonalData,
    testing::Values(Case{"Write to jo.doe+x@mail.example.co.uk, please.", "email jo.doe+x@mail.example.co.uk"}, Case{"(a_b@c-d.org)", "email a_b@c-d.org"},
                    Case{"Card 4111 1111 1111 1111, thanks", "card 4111 1111 1111 1111"}, Case{"It is 5555-5555-5555-4444.", "card 5555-5555-5555-4444"},
                    Case{"amex 378282246310005 ok", "card 378282246310005"},
                    Case{"Konto DE89 3704 0044 0532 0130 00 bitte", "iban DE89 3704 0044 0532 0130 00"},
                    Case{"gb82west12345698765432", "iban gb82west12345698765432"}, Case{"SSN 123-45-6789.", "ssn 123-45-6789"},
                    Case{"from 203.0.113.7 today", "ip 203.0.113.7"}, Case{"from 2001:db8::ff00:42:8329 today", "ip 2001:db8::ff00:42:8329"},
                    Case{"Call +49 30 901820, any time", "phone +49 30 901820"}, Case{"call (415) 555-2671", "phone (415) 555-2671"},
                    Case{"call 415-555-2671.", "phone 415-555-2671"}, Case{"Tel. 030 9018 2000", "phone 030 9018 2000"},
                    Case{"+14155552671", "phone +14155552671"}, Case{"key sk-abcdefghijklmnopqrstuvwx", "secret sk-abcdefghijklmnopqrstuvwx"},
                    Case{"AKIAIOSFODNN7EXAMPLE", "secret AKIAIOSFODNN7EXAMPLE"}));

class NearMiss : public testing::TestWithParam<const char*> {};

TEST_P(NearMiss, IsNone_SCN60) { EXPECT_THAT(found(GetParam()), ElementsAre()) << GetParam(); }

INSTANTIATE_TEST_SUITE_P(Texts, NearMiss,
                         testing::Values("Your order A-1007 ships on 2026-03-01.", "4111 1111 1111 1112", "The order number is 1234567890123456.",
                                         "9111111111111111", "DE89 3704 0044 0532 0130 01", "XX89370400440532013000", "DE89 3704", "000-12-3456", "666-12-3456",
                                         "912-12-3456", "123-00-6789", "123-45-0000", "version 1.2.3.4", "1.2.3.4.5", "300.1.1.1", "127.0.0.1", "::1",
                                         "at 10:30:45", "std::vector", "12:34:56:78", "a@b", "@handle", "user@localhost", "price 1,299.00", "ratio 4/5",
                                         "$1234567.89", "2026-11-25T10:00:00", "call 911", "room 555-2671", "invoice 0012345678", "ISBN 978-3-16-148410-0",
                                         "serial 12345-67890-12345", "10.000,00 EUR", "tracking 1Z999AA10123456784", "pi is 3.14159265358979323846",
                                         "01.02.2026", "2026/03/01"));

TEST(PersonalDataKinds, OnlyThoseAskedForAreTold) {
  const std::string text = "jo@example.org or +49 30 901820";
  EXPECT_THAT(found(text, {"phone"}), ElementsAre("phone +49 30 901820"));
  EXPECT_THAT(found("Card 4111 1111 1111 1111", {"phone"}), ElementsAre());
}

TEST(PersonalDataKinds, SeveralInOneTextComeInOrder) {
  EXPECT_THAT(found("a@b.org, 4111111111111111 and c@d.org"), ElementsAre("email a@b.org", "card 4111111111111111", "email c@d.org"));
}

TEST(Masked, ShowsTooLittleToUse_SCN61) {
  EXPECT_EQ(masked("email", "jo.doe@mail.example.org"), "j***@***.org");
  EXPECT_EQ(masked("card", "4111 1111 1111 1111"), "**** **** **** 1111");
  EXPECT_EQ(masked("iban", "DE89 3704 0044 0532 0130 00"), "DE** **** 3000");
  EXPECT_EQ(masked("ssn", "123-45-6789"), "***-**-6789");
  EXPECT_EQ(masked("ip", "203.0.113.7"), "203.*.*.*");
  EXPECT_EQ(masked("phone", "+49 30 901820"), "+*** *** 20");
  EXPECT_EQ(masked("secret", "sk-abcdef"), "sk-a***");
}

TEST(CheckDigits, AreChecked) {
  EXPECT_TRUE(passes_luhn("79927398713"));
  EXPECT_FALSE(passes_luhn("79927398710"));
  EXPECT_TRUE(is_iban("NL91ABNA0417164300"));
  EXPECT_FALSE(is_iban("NL91ABNA0417164301"));
}

}  // namespace
}  // namespace antiphon::pii
