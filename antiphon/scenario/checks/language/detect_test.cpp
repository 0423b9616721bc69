#include "antiphon/scenario/checks/language/detect.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace antiphon::languages {
namespace {

struct Sentence {
  const char* code;
  const char* text;
};
void PrintTo(const Sentence& sentence, std::ostream* out) { *out << sentence.code << ": " << sentence.text; }

class Told : public testing::TestWithParam<Sentence> {};

TEST_P(Told, ByItsWordsOrItsScript_SCN60) {
  const auto detected = detect(GetParam().text);
  EXPECT_EQ(detected.code, GetParam().code) << "next: " << detected.runner_up << ", confidence " << detected.confidence;
}

INSTANTIATE_TEST_SUITE_P(
    Sentences, Told,
    testing::Values(
        Sentence{"en", "Could you give me your order number, please?"}, Sentence{"en", "Your refund has been issued and will arrive within five days."},
        Sentence{"en", "I am sorry, I don't know where the parcel is right now."}, Sentence{"en", "We can offer you store credit for it."},
        Sentence{"de", "Können Sie mir bitte Ihre Bestellnummer nennen?"}, Sentence{"de", "Das Geld ist in fünf Tagen wieder auf Ihrem Konto."},
        Sentence{"de", "Es tut mir leid, das kann ich leider nicht sagen."},
        Sentence{"de", "Wann wollen Sie den Tisch reservieren und wie viele Personen kommen?"},
        Sentence{"fr", "Pouvez-vous me donner le numéro de votre commande ?"}, Sentence{"fr", "Le remboursement sera sur votre compte dans cinq jours."},
        Sentence{"fr", "Je suis désolé, je ne sais pas où est le colis."}, Sentence{"fr", "Bonjour, comment est-ce que je peux vous aider aujourd'hui ?"},
        Sentence{"es", "¿Me puede dar el número de su pedido, por favor?"}, Sentence{"es", "El dinero estará en su cuenta en cinco días."},
        Sentence{"es", "Lo siento, no sé dónde está el paquete en este momento."}, Sentence{"es", "Buenos días, ¿en qué puedo ayudarle hoy?"},
        Sentence{"it", "Mi può dire il numero del suo ordine, per favore?"}, Sentence{"it", "Il rimborso arriva sul conto entro cinque giorni."},
        Sentence{"it", "Mi dispiace, non so dove si trova il pacco."}, Sentence{"it", "Buongiorno, come posso aiutarla con la sua prenotazione?"},
        Sentence{"pt", "Pode me dizer o número do seu pedido, por favor?"}, Sentence{"pt", "O dinheiro vai estar na sua conta em cinco dias."},
        Sentence{"pt", "Sinto muito, mas não sei onde está a encomenda."}, Sentence{"pt", "Bom dia, como posso ajudar você hoje?"},
        Sentence{"nl", "Kunt u mij het nummer van uw bestelling geven?"}, Sentence{"nl", "Het geld staat binnen vijf dagen weer op uw rekening."},
        Sentence{"nl", "Het spijt me, ik weet niet waar het pakket nu is."}, Sentence{"nl", "Goedemorgen, waarmee kan ik u vandaag helpen?"},
        Sentence{"sv", "Kan du ge mig numret på din beställning, tack?"}, Sentence{"sv", "Pengarna är på ditt konto inom fem dagar."},
        Sentence{"sv", "Jag är ledsen, men jag vet inte var paketet är just nu."}, Sentence{"sv", "Hej, vad kan jag hjälpa dig med idag?"},
        Sentence{"pl", "Czy może mi pan podać numer zamówienia?"}, Sentence{"pl", "Pieniądze będą na koncie w ciągu pięciu dni."},
        Sentence{"pl", "Przepraszam, nie wiem, gdzie jest teraz paczka."}, Sentence{"pl", "Dzień dobry, w czym mogę dzisiaj pomóc?"},
        Sentence{"tr", "Bana sipariş numaranızı verebilir misiniz lütfen?"}, Sentence{"tr", "Para beş gün içinde hesabınızda olacak."},
        Sentence{"tr", "Üzgünüm, paketin şu anda nerede olduğunu bilmiyorum."}, Sentence{"tr", "Merhaba, bugün size nasıl yardımcı olabilirim?"},
        Sentence{"ru", "Назовите, пожалуйста, номер вашего заказа."}, Sentence{"ru", "Деньги вернутся на ваш счёт в течение пяти дней."},
        Sentence{"uk", "Скажіть, будь ласка, номер вашого замовлення."}, Sentence{"uk", "Гроші повернуться на ваш рахунок протягом п'яти днів."},
        Sentence{"el", "Μπορείτε να μου πείτε τον αριθμό της παραγγελίας;"}, Sentence{"zh", "请告诉我您的订单号。"},
        Sentence{"ja", "ご注文番号を教えていただけますか。"}, Sentence{"ko", "주문 번호를 알려 주시겠어요?"},
        Sentence{"ar", "هل يمكنك أن تعطيني رقم الطلب من فضلك؟"},
        Sentence{"fa", "لطفاً شماره سفارش خود را بگویید، پیگیری می‌کنم."},
        Sentence{"he", "תוכל לתת לי את מספר ההזמנה בבקשה?"}, Sentence{"hi", "कृपया मुझे अपना ऑर्डर नंबर बताइए।"}, Sentence{"th", "กรุณาบอกหมายเลขคำสั่งซื้อของคุณ"}));

class Untold : public testing::TestWithParam<const char*> {};

TEST_P(Untold, StaysUndecidedRatherThanWrong_SCN60) { EXPECT_EQ(detect(GetParam()).code, "") << GetParam(); }

INSTANTIATE_TEST_SUITE_P(Texts, Untold,
                         testing::Values("", "…", "OK", "Hi!", "Hello", "A-1007", "1 2 3 4 5", "Anna Berg, Oslo", "https://example.com/a",
                                         "Samsung Galaxy S24 Ultra 256 GB", "Ja", "No", "de la", "Nein, nein.", "\xFF\xFE", "Hotel Berlin", "你",
                                         "Guten Tag, how are you today, mein Freund und Kollege?"));

TEST(Language, CodesAreKnownAndTagsGiveTheirLanguage) {
  for (const auto* code : {"en", "de", "fr", "es", "it", "pt", "nl", "sv", "pl", "tr", "el", "ru", "uk", "zh", "ja", "ko", "ar", "he", "hi"})
    EXPECT_THAT(known_codes(), testing::Contains(code));
  EXPECT_EQ(primary_subtag("pt_BR"), "pt");
  EXPECT_EQ(primary_subtag("EN-us"), "en");
}

TEST(Language, NeighboursAreNotTakenForOneAnother) {
  EXPECT_THAT(detect("Jeg er ked af det, men jeg ved ikke hvor pakken er lige nu.").code, testing::AnyOf("", "da"));
  EXPECT_THAT(detect("Jeg er lei meg, men jeg vet ikke hvor pakken er akkurat nå.").code, testing::AnyOf("", "no"));
  EXPECT_THAT(detect("Ik weet niet wat die man in de stad wil.").code, testing::AnyOf("", "nl"));
}

}  // namespace
}  // namespace antiphon::languages
