#include "antiphon/gateway/dialogue/pin.hpp"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/random.hpp"
#include "antiphon/gateway/dialogue/policy.hpp"
#include "antiphon/gateway/dialogue/policy_book.hpp"

namespace antiphon::gateway {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using Event = PinEntry::Event;

const LocaleRules& rules(std::string_view locale = "en-US") {
  static const auto book = built_in_policy();
  return *book->find(locale).rules;
}

std::string taken(std::string_view text, std::string_view locale = "en-US", bool awaited = true) {
  return std::string(take_pin(text, rules(locale), awaited).digits.reveal());
}

struct Case {
  const char* locale;
  const char* said;
  const char* digits;
};
void PrintTo(const Case& each, std::ostream* out) { *out << each.locale << ": " << each.said; }

class SpokenPin : public testing::TestWithParam<Case> {};
TEST_P(SpokenPin, IsUnderstoodAndTakenOut_GTW32) {
  const auto& [locale, said, digits] = GetParam();
  const auto result = take_pin(said, rules(locale), true);
  EXPECT_EQ(result.digits.reveal(), digits);
  EXPECT_TRUE(take_pin(result.text, rules(locale), true).digits.empty()) << result.text;
}
INSTANTIATE_TEST_SUITE_P(
    Words, SpokenPin,
    testing::Values(Case{"en-US", "one two three four", "1234"}, Case{"en-US", "twelve thirty four", "1234"}, Case{"en-US", "double seven one oh", "7710"},
                    Case{"en-US", "1 2 three 4", "1234"}, Case{"en-US", "My PIN is 1234.", "1234"}, Case{"en-US", "it's, uh, twelve... thirty-four!", "1234"},
                    Case{"en-US", "oh oh one seven", "0017"}, Case{"en-US", "nineteen eighty four", "1984"}, Case{"en-US", "one twenty five six", "1256"},
                    Case{"en-US", "one two for too", "1242"}, Case{"en-US", "1, 2, 3, 4", "1234"}, Case{"en-US", "One. Two. Three. Four.", "1234"},
                    Case{"en-US", "triple five nine", "5559"}, Case{"en-US", "for my two orders it is one two three four", "1234"},
                    Case{"en-US", "twenty oh seven", "2007"}, Case{"en-US", "it is 12 and then 34", "1234"}, Case{"en-US", "code 1234a", "1234"},
                    Case{"en-US", "oh", "0"}, Case{"en-US", "oh I do not know", ""}, Case{"en-US", "to be or not to be", ""}, Case{"en-US", "", ""},
                    Case{"en-US", "１２３４", "1234"}, Case{"es-ES", "uno dos tres cuatro", "1234"}, Case{"es-ES", "doce treinta y cuatro", "1234"},
                    Case{"es-ES", "veintidós, diez y seis", "2216"}, Case{"es-ES", "noventa y nueve cero cero", "9900"}, Case{"es-ES", "treinta cinco", "305"},
                    Case{"es-ES", "un momento", ""}, Case{"es-ES", "doble siete uno un", "7711"}, Case{"fr-FR", "un deux trois quatre", "1234"},
                    Case{"fr-FR", "douze trente-quatre", "1234"}, Case{"fr-FR", "soixante-dix-sept vingt et un", "7721"},
                    Case{"fr-FR", "soixante et onze quatre-vingt-dix-neuf", "7199"}, Case{"fr-FR", "quatre vingt deux zéro sept", "8207"},
                    Case{"fr-FR", "quatre, vingt, trois", "4203"}, Case{"fr-FR", "un instant", ""}, Case{"ar-SA", "واحد اثنين ثلاثة أربعة", "1234"},
                    Case{"ar-SA", "اثنا عشر أربعة وثلاثون", "1234"}, Case{"ar-SA", "١٢٣٤", "1234"}, Case{"ar-SA", "خمسة و عشرون تسعة وتسعين", "2599"},
                    Case{"ar-SA", "سبعة وثمانية وتسعة وصفر", "7890"}, Case{"ar-SA", "لحظة من فضلك", ""}));

/// All numbers up to 99 as the tables say them, compounds among them.
TEST(NumberWordsOfEnglish, AreUnderstoodFrom0To99_GTW32) {
  const std::vector<std::string> units{"zero", "one",    "two",    "three",    "four",     "five",    "six",     "seven",     "eight",    "nine",
                                       "ten",  "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
  const std::vector<std::string> tens{"", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"};
  for (int n = 0; n < 100; ++n) {
    const auto unit = static_cast<std::size_t>(n % 10);
    const auto said = n < 20 ? units[static_cast<std::size_t>(n)] : tens[static_cast<std::size_t>(n / 10)] + (unit > 0 ? " " + units[unit] : "");
    EXPECT_EQ(taken(said), std::to_string(n)) << said;
  }
}

TEST(NumberWordsOfFrench, AreUnderstoodFrom60To99_GTW32) {
  const std::vector<std::string> units{"",    "un",   "deux",  "trois",  "quatre",   "cinq",   "six",   "sept",     "huit",     "neuf",
                                       "dix", "onze", "douze", "treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf"};
  for (int n = 60; n < 100; ++n) {
    const auto rest = static_cast<std::size_t>(n % 20);
    const auto joint = n < 80 && (rest == 1 || rest == 11) ? " et " : "-";
    EXPECT_EQ(taken((n < 80 ? "soixante" : "quatre-vingt") + (rest > 0 ? joint + units[rest] : ""), "fr-FR"), std::to_string(n)) << n;
  }
}

TEST(NumberWordsOfSpanish, AreUnderstoodFrom30To99_GTW32) {
  const std::vector<std::string> tens{"treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"};
  const std::vector<std::string> units{"", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"};
  for (int n = 30; n < 100; ++n) {
    const auto unit = static_cast<std::size_t>(n % 10);
    EXPECT_EQ(taken(tens[static_cast<std::size_t>(n / 10 - 3)] + (unit > 0 ? " y " + units[unit] : ""), "es-ES"), std::to_string(n)) << n;
  }
}

TEST(NumberWordsOfArabic, AreUnderstoodFrom20To99_GTW32) {
  const std::vector<std::string> tens{"عشرون", "ثلاثون", "أربعون", "خمسون", "ستون", "سبعون", "ثمانون", "تسعون"};
  const std::vector<std::string> units{"", "واحد", "اثنان", "ثلاثة", "أربعة", "خمسة", "ستة", "سبعة", "ثمانية", "تسعة"};
  for (int n = 20; n < 100; ++n) {
    const auto unit = static_cast<std::size_t>(n % 10);
    const auto& ten = tens[static_cast<std::size_t>(n / 10 - 2)];
    EXPECT_EQ(taken(unit > 0 ? units[unit] + " و" + ten : ten, "ar-SA"), std::to_string(n)) << n;
  }
}

TEST(TakePin, LeavesTheRestOfTheTurn_GTW32) {
  EXPECT_EQ(take_pin("It is one two three four, and where is my parcel?", rules(), true).text, "It is [PIN_MASKED], and where is my parcel?");
  EXPECT_EQ(take_pin("Es el doce treinta y cuatro", rules("es-ES"), true).text, "Es el [PIN_MASKED]");
}

TEST(TakePin, APinThatNobodyAskedForIsTakenBehindItsName_GTW32) {
  EXPECT_EQ(taken("my pin is one two three four where is order seven", "en-US", false), "1234");
  EXPECT_THAT(take_pin("my PIN number is 1234, my order is late", rules(), false).text, Not(HasSubstr("1234")));
  EXPECT_EQ(taken("mi clave es uno dos tres cuatro", "es-ES", false), "1234");
  EXPECT_EQ(taken("رقمي السري ١٢٣٤", "ar-SA", false), "1234");
}

TEST(TakePin, WithoutANameForItNumbersStay_GTW32) {
  for (const auto* text : {"order 1234 please", "I ordered two of them", "what is a pin", "one of the two pins is lost"})
    EXPECT_EQ(take_pin(text, rules(), false).text, text);
}

TEST(TakePin, BareDigitsOfItsLengthAreOne_GTW32) {
  for (const auto* text : {"one two three four", "1234", "1 2 3 4", "it is 1234", "It's one, two, three, four.", "One. Two three. Four.",
                           "yes, twelve thirty four please", "1234. 1234.", "no, I said 1234"}) {
    const auto taken = take_bare_pin(text, rules(), {}, 4);
    EXPECT_FALSE(taken.digits.empty()) << text;
    EXPECT_THAT(taken.text, AllOf(HasSubstr(pin_mask), Not(ContainsRegex("[0-9]|one|two|twelve|four")))) << text;
  }
  EXPECT_FALSE(take_bare_pin("es uno dos tres cuatro", rules("es-ES"), {}, 4).digits.empty());
  EXPECT_FALSE(take_bare_pin("c'est un deux trois quatre", rules("fr-FR"), {}, 4).digits.empty());
  EXPECT_FALSE(take_bare_pin("هو ١٢٣٤", rules("ar-SA"), {}, 4).digits.empty());
}

TEST(TakePin, DigitsBesideOtherWordsAreNotBare_GTW32) {
  for (const auto* text : {"A 1007", "A-1007", "order 1234", "one two three", "12345", "one two three four five", "I want 1200 of them", "hello", ""})
    EXPECT_EQ(take_bare_pin(text, rules(), {}, 4).text, text);
}

TEST(TakePin, OnceKnownItIsHiddenWhereverItIsSaid_GTW32) {
  EXPECT_EQ(without_pin("so one two three four, and order A-1007", rules(), Pin("1234")), "so [PIN_MASKED], and order A-1007");
  EXPECT_EQ(without_pin("order 5678", rules(), Pin("1234")), "order 5678");
  EXPECT_EQ(without_pin("order 5678", rules(), Pin()), "order 5678");
}

TEST(TakePin, KnowsWhereThePinIsStillToCome_GTW32) {
  for (const auto* text : {"my pin is", "My PIN is, uh,", "where is my parcel, my pin number is four two", "the pin is 427", "it's my pin, it is"})
    EXPECT_TRUE(announces_pin(text, rules())) << text;
  for (const auto* text : {"what is my pin", "my pin is right", "my pin is lost", "I lost my pin, sorry", "it is", "the pin is four of clubs", ""})
    EXPECT_FALSE(announces_pin(text, rules())) << text;
  EXPECT_TRUE(announces_pin("mi clave es", rules("es-ES")));
  EXPECT_TRUE(announces_pin("mon code c'est quatre deux", rules("fr-FR")));
  EXPECT_TRUE(announces_pin("رقمي السري هو", rules("ar-SA")));
  EXPECT_EQ(take_pin("my pin is four two", rules(), false).text, "my pin is [PIN_MASKED]");
}

bool asks_for_a_number(std::string_view text, const LocaleRules& locale) { return what_is_asked(text, locale) == Asked::number; }

TEST(TakePin, AStatementThatHoldsANumberAsksForNone_GTW32) {
  for (const auto* text : {"The code of your order is sent to you. How can I help?", "I have your number here.", "It is a good time to order.",
                           "Your number is known.", "What is your order number? No, how can I help you?", "Is it a good time?"})
    EXPECT_FALSE(asks_for_a_number(text, rules())) << text;
  for (const auto* text : {"Please tell me your order number. You find it on the invoice.", "I need the reference of your parcel.", "May I have your zip code",
                           "Your PIN is right. Which number does your order have?", "At what time?", "What are the last four digits of your card?"})
    EXPECT_TRUE(asks_for_a_number(text, rules())) << text;
  EXPECT_TRUE(asks_for_a_number("Dígame su número de pedido.", rules("es-ES")));
  EXPECT_TRUE(asks_for_a_number("Donnez votre numéro de commande.", rules("fr-FR")));
  EXPECT_TRUE(asks_for_a_number("أعطني رقم الطلب.", rules("ar-SA")));
  EXPECT_FALSE(asks_for_a_number("Su número está aquí.", rules("es-ES")));
  EXPECT_TRUE(asks_for_a_number("متى كان ذلك؟ شكرا.", rules("ar-SA")));
  EXPECT_FALSE(asks_for_a_number("متى كان ذلك؟ كيف أساعدك؟", rules("ar-SA")));
}

TEST(TakePin, AQuestionForAnotherNumberIsNoneForThePin_GTW32) {
  for (const auto* text :
       {"I find no such order of yours. Which number does it have?", "What is your order number?", "How many do you want?", "In which year was that?"})
    EXPECT_TRUE(asks_for_a_number(text, rules())) << text;
  for (const auto* text : {"How can I help you today?", "What is your PIN number?", "Is there anything else that I can do for you?", ""})
    EXPECT_FALSE(asks_for_a_number(text, rules())) << text;
  EXPECT_TRUE(asks_for_a_number("¿Cuál es el número de pedido?", rules("es-ES")));
  EXPECT_TRUE(asks_for_a_number("Quel est le numéro de commande ?", rules("fr-FR")));
  EXPECT_TRUE(asks_for_a_number("ما رقم الطلب؟", rules("ar-SA")));
}

void expect_asked(std::string_view locale, std::initializer_list<const char*> asking, std::initializer_list<const char*> others) {
  for (const auto* text : asking) EXPECT_TRUE(asks_for_a_number(text, rules(locale))) << text;
  for (const auto* text : others) EXPECT_FALSE(asks_for_a_number(text, rules(locale))) << text;
}

TEST(TakePin, WhatFollowsAQuestionForANumberLeavesItAsked_GTW32) {
  expect_asked("en-US",
               {"What is your order number? I need it to look that up.", "May I have your order number? Please take your time.",
                "What is your order number? You can say it or type it.", "Can I get your phone number? We need that to call you back.",
                "What is your order number? Do you have it at hand?", "What is your order number? Or shall I look it up by name?",
                "What is your order number? Can you tell me, please?", "What is your order number? Is it on the parcel?",
                "What is your order number? Please do not tell me your PIN.", "What is your order number? (You find it on the invoice. It starts with A.)",
                "What is your order number? Please give me a moment then."},
               {"What is your order number? No, how can I help you?", "What is your order number? First tell me your PIN.",
                "What is your order number? Do you have your PIN?", "I have your order number. What is your name?", "Is it ready? Do you have it?",
                "I have your code on file. Anything else?"});
}

TEST(TakePin, NoAbbreviationNorParenthesisEndsAQuestion_GTW32) {
  expect_asked("en-US",
               {"What is your order number, Mr. Smith?", "What is your order number, Mrs. J. R. Smith?", "What is your order number (e.g. A 1007)?",
                "What is your order number, e.g. A 1007?", "What is the number of your order (it stands on the invoice. Or on the parcel)?",
                "Which number does it have at shop.com?", "Is it order no. 1007?", "What is your order number for 3.50 dollars?",
                "Which number did you call at 5 p.m. on Monday?", "Your PIN is right... Which number does it have?"},
               {"Your number was changed at 5 p.m. What is your name?", "Your number is known.What is your name?", "It is order no. 1007. What is your name?",
                "(Your number is on the invoice.) What is your name?", "I have your number :( What is wrong. How can I help?",
                "Is your number known to I. Who are you?"});
}

TEST(TakePin, AQuestionMayAskForACode_GTW32) {
  expect_asked("en-US",
               {"What is the code we sent you?", "What's the six-digit code?", "Which code do you see?", "Please read me the code that we texted you.",
                "What is the total on your invoice?", "Your order number, please.", "Please confirm your zip code.", "We'll also need your order number."},
               {"What is your PIN code?", "What is your secret code?", "What is your personal identification number?", "What is your code?",
                "Your number has been changed. What else can I do?", "Your order number is on the parcel.", "It will be there in no time.",
                "Your order number is known, please wait.", "Please keep your order number.", "You don't need to tell me your order number.",
                "I need to check your order number. One moment.", "I can confirm your order number.", "You may call any number of times, so how can I help?"});
}

TEST(TakePin, NumbersAreAskedForInSpanish_GTW32) {
  expect_asked(
      "es-ES",
      {"¿Cuál es su número de pedido, Sr. García?", "¿Cuál es su número de pedido? Lo necesito para buscarlo.",
       "¿Me da su número de pedido? Puede decirlo o marcarlo.", "¿Cuál es su número de pedido (p. ej. A 1007)?", "¿Cuál es su código postal?",
       "¿Cuál es el código que le enviamos?", "Su número de pedido, por favor.", "¿Cuál es su número de pedido? ¿Lo tiene a mano?", "¿Cuál es su pedido?"},
      {"Su número de pedido está en el paquete.", "Tengo su número de pedido. ¿Cómo se llama?", "Tengo el número de Ud. ¿Cómo se llama?", "¿Cuál es su código?",
       "¿Cuál es el número de su PIN?", "Su número ha cambiado, espere por favor.", "¿Quiere que cancele el pedido?", "No necesito su número de pedido."});
}

TEST(TakePin, NumbersAreAskedForInFrench_GTW32) {
  expect_asked("fr-FR",
               {"Quel est votre numéro de commande, M. Dupont ?", "Quel est votre numéro de commande ? J'en ai besoin pour la retrouver.",
                "Quel est votre numéro de commande (p. ex. A 1007) ?", "Quel est votre numéro de commande ? Vous pouvez le dire ou le taper.",
                "Quel est votre code postal ?", "Quel est le code que nous vous avons envoyé ?", "Quel est le code que l'on vous a envoyé ?",
                "Votre numéro de commande, s'il vous plaît.", "Quel est votre numéro de commande ? L'avez-vous sous la main ?", "Quel est le n° de commande ?"},
               {"Votre numéro de commande est sur le colis.", "J'ai votre numéro de commande. Comment vous appelez-vous ?", "Quel est votre code ?",
                "Votre numéro est changé, patientez s'il vous plaît.", "Je n'ai pas besoin de votre numéro.", "Quel est le numéro de votre code secret ?"});
}

TEST(TakePin, NumbersAreAskedForInArabic_GTW32) {
  expect_asked("ar-SA",
               {"ما هو رقم طلبك يا د. أحمد؟", "ما هو رقم طلبك؟ أحتاج إليه للبحث عنه.", "ما الرمز الذي أرسلناه لك؟", "ما هو رمزك البريدي؟ ما هو الرمز البريدي؟",
                "رقم طلبك من فضلك.", "ما هو رقم طلبك؟ هل هو معك؟", "ما هو رقمك؟ خذ وقتك من فضلك."},
               {"رقم طلبك موجود على الطرد.", "لدي رقم طلبك. ما اسمك؟", "ما هو الرقم السري؟", "رقم طلبك موجود، انتظر من فضلك.", "لا أحتاج رقم طلبك."});
}

TEST(TakePin, WordsForACodeThatIsNoPinAnnounceNone_GTW32) {
  for (const auto* text : {"mi código postal es 28013", "el código de confirmación es 482913"}) EXPECT_EQ(take_pin(text, rules("es-ES"), false).text, text);
  EXPECT_EQ(take_pin("mon code postal est 75001", rules("fr-FR"), false).text, "mon code postal est 75001");
  EXPECT_EQ(take_pin("mi código es 1234", rules("es-ES"), false).digits.reveal(), "1234");
  EXPECT_EQ(take_pin("mon code est 1234, code postal 75001", rules("fr-FR"), false).text, "mon code est [PIN_MASKED], code postal [PIN_MASKED]");
}

TEST(TakePin, ALongerNumberIsHiddenAndIsNone_GTW32) {
  for (const auto* text : {"1 2 3 4 5", "it is twelve thirty-four five", "+15550100"}) {
    const auto result = take_pin(text, rules(), true);
    EXPECT_TRUE(result.too_many) << text;
    EXPECT_TRUE(result.digits.empty()) << text;
    EXPECT_THAT(result.text, HasSubstr("[PIN_MASKED]")) << text;
  }
  for (const auto* text : {"1234 1234", "order 98765 has 1234", "1 2, then 3 4"}) EXPECT_FALSE(take_pin(text, rules(), true).too_many) << text;
}

TEST(TakePin, NoWayOfSayingAPinLeavesAnyOfIt_GTW32) {
  const std::array<std::vector<std::string>, 10> ways{{{"0", "zero", "oh", "ZERO", "٠"},
                                                       {"1", "one", "One,", "١"},
                                                       {"2", "two", "too", "2."},
                                                       {"3", "three", "three..."},
                                                       {"4", "four", "for", "four -"},
                                                       {"5", "five", "５"},
                                                       {"6", "six", "6,"},
                                                       {"7", "seven", "7"},
                                                       {"8", "eight", "ate"},
                                                       {"9", "nine", "niner"}}};
  RandomStream random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string text = random.below(2) == 0 ? "it is 7" : "well six";  // a sure digit in front: what sounds like one needs it
    for (int i = 0; i < 4; ++i) {
      const auto& said = ways.at(random.below(10));
      text += " " + said[random.below(said.size())];
    }
    const auto result = take_pin(text, rules(), true, {.digits = 5});
    EXPECT_EQ(result.digits.size(), 5U) << text;
    const auto left = plain_words(result.text);
    for (const auto& word : left)
      for (const auto& each : ways)
        for (const auto& said : each) EXPECT_NE(word.text, joined_words(said)) << text << " → " << result.text;
  }
}

TEST(Pin, IsWipedWhenItMovesAndEnds_GTW32) {
  alignas(Pin) std::array<unsigned char, sizeof(Pin)> memory{};
  auto* pin = new (memory.data()) Pin("1234");
  const Pin moved = std::move(*pin);
  EXPECT_EQ(moved.reveal(), "1234");
  EXPECT_EQ(std::ranges::count(memory, '1'), 0);
  *pin = Pin("5678");
  pin->~Pin();
  EXPECT_EQ(std::ranges::count(memory, '5'), 0);
}

TEST(Pin, CannotBeCopiedOrPrinted_GTW32) {
  static_assert(!std::is_copy_constructible_v<Pin> && !std::is_copy_assignable_v<Pin>);
  static_assert(!std::is_convertible_v<Pin, std::string> && !std::is_convertible_v<Pin, std::string_view>);
}

struct Entry : testing::Test {
  Event press(std::string_view keys) {
    auto event = Event::none;
    for (const char key : keys) event = entry.press(key, now);
    return event;
  }
  Event say(std::string_view text) { return entry.say(take_pin(text, rules(), true).digits, now); }
  void pass(Duration time) { now += time; }

  Clock::Time now{10s};
  PinEntry entry;
};
using PinEntryTest = Entry;

TEST_F(PinEntryTest, IsCompleteAtItsDigits_GTW32) {
  EXPECT_EQ(press("123"), Event::none);
  EXPECT_EQ(press("4"), Event::complete);
  EXPECT_EQ(entry.take().reveal(), "1234");
  EXPECT_EQ(say("five six seven eight"), Event::complete);
  EXPECT_EQ(entry.take().reveal(), "5678");
}

TEST_F(PinEntryTest, AddsUpOverTurnsAndKeys_GTW32) {
  EXPECT_EQ(say("one"), Event::none);
  pass(1s);
  EXPECT_EQ(press("2"), Event::none);
  pass(1s);
  EXPECT_EQ(say("thirty four"), Event::complete);
  EXPECT_EQ(entry.take().reveal(), "1234");
}

TEST_F(PinEntryTest, EndsTwoSecondsAfterTheLastDigit_GTW32) {
  EXPECT_EQ(entry.due(), std::nullopt);
  press("12");
  pass(1500ms);
  press("3");
  EXPECT_EQ(entry.due(), now + 2s);
  pass(1999ms);
  EXPECT_EQ(entry.poll(now), Event::none);
  pass(1ms);
  EXPECT_EQ(entry.poll(now), Event::incomplete);
  EXPECT_EQ(entry.due(), std::nullopt);
  EXPECT_EQ(press("5678"), Event::complete);
  EXPECT_EQ(entry.take().reveal(), "5678");
}

TEST_F(PinEntryTest, DoesNotEndWhileTheCallerSpeaks_GTW32) {
  say("one two");
  pass(1s);
  entry.set_speaking(true, now);
  EXPECT_EQ(entry.due(), std::nullopt);
  pass(3s);
  EXPECT_EQ(entry.poll(now), Event::none);
  entry.set_speaking(false, now);
  EXPECT_EQ(entry.due(), now + 2s);
  pass(300ms);
  EXPECT_EQ(say("three four"), Event::complete);
}

TEST_F(PinEntryTest, EndsAtTheHashKey_GTW32) {
  EXPECT_EQ(press("12#"), Event::incomplete);
  EXPECT_EQ(press("1234"), Event::complete);
  EXPECT_EQ(press("#"), Event::none) << "a hash behind a whole PIN is a habit, no new entry";
  EXPECT_EQ(entry.take().reveal(), "1234");
  EXPECT_EQ(press("#"), Event::none);
}

TEST_F(PinEntryTest, TheStarTakesItBack_GTW32) {
  EXPECT_EQ(press("12*3456"), Event::complete);
  EXPECT_EQ(entry.take().reveal(), "3456");
}

TEST_F(PinEntryTest, OtherKeysAndSuperfluousDigitsChangeNothing_GTW32) {
  EXPECT_EQ(press("1A2B3C4D"), Event::none);
  EXPECT_EQ(press("99"), Event::none);
  EXPECT_EQ(entry.take().reveal(), "1234");
}

TEST_F(PinEntryTest, AnIncompleteEntryIsNoTry_GTW32) {
  SessionState session;
  for (int i = 0; i < 5; ++i) {
    if (press("12#") == Event::complete) settle_pin(session, false);
  }
  EXPECT_EQ(session.wrong_pins, 0);
}

TEST(SettlePin, ThreeWrongTriesEscalate_GTW32) {
  SessionState session;
  EXPECT_EQ(settle_pin(session, false).action, PolicyDecision::Action::authenticate);
  EXPECT_EQ(settle_pin(session, false).action, PolicyDecision::Action::authenticate);
  const auto last = settle_pin(session, false);
  EXPECT_EQ(last.action, PolicyDecision::Action::escalate);
  EXPECT_EQ(last.escalation, EscalationReason::pin);
  EXPECT_FALSE(session.authenticated);
}

// The reference never checks the PIN and asks for ever (its defect 4).
TEST(SettlePin, AfterTheRightPinThePolicyGoesOn_GTW32) {
  SessionState session;
  const PolicyEngine engine(built_in_policy()->find("en-US").rules);
  EXPECT_EQ(engine.decide("where is my order", session).action, PolicyDecision::Action::authenticate);
  settle_pin(session, false);
  settle_pin(session, true);
  EXPECT_EQ(session.wrong_pins, 0);
  EXPECT_EQ(engine.decide("where is my order", session).action, PolicyDecision::Action::proceed);
}

}  // namespace
}  // namespace antiphon::gateway
