#include <array>

#include "antiphon/scenario/checks/language/detect.hpp"

// Usual words of service talk and of everyday sentences. A word that several languages share counts less the more there are, so that lists may
// overlap; languages that are not promised to be told apart (da and no) are here so that nobody takes them for a neighbour.

namespace antiphon::languages {

namespace {

constexpr std::array profile_table{
    Profile{
        "en",
        "the of and to in is that it for you was on are with as be this have from or had by but what not were we when your can said there an will would if "
        "they which do their how about up out them then she he his her has been our please thank thanks could should my me just like any here where who yes "
        "does did don ll ve re isn am i order sorry help need know let than more some these those it's its into after before over again very much",
        "", "^th ing$ tion$ ould ght$ ^wh ness$ ^wr"},
    Profile{
        "de",
        "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird bei einer um am sind "
        "noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch man sein wurde sei ich wir ihr ihnen ihre ihren ihrem mein meine mir "
        "mich kann können möchte bitte danke ja nein hier wenn wann was wo wer gern gerne leider heute morgen schon doch dann uns unser unsere habe bin keine "
        "kein diese dieser dieses bestellung wurde guten tag",
        "ß ä ö ü", "sch ung$ lich keit$ ^ge ^ver cht$ ^zw heit$ tzt$"},
    Profile{
        "fr",
        "le de la et les des en un une du que est pour dans qui par sur pas plus au ce ne avec il se sont ou mais sa son ses comme vous nous je tu elle ils "
        "votre vos notre nos mon ma mes être avoir a été fait peut bien merci bonjour oui non où quand très aussi cette ces cet aux lui leur leurs si tout "
        "tous toute même après avant sans encore suis ai avez avons êtes ont fais faire puis alors voici voilà commande désolé plaît l d qu c j n s m y",
        "ç è ê œ à û î ù é", "eux$ tion$ aient$ ^qu ment$ ez$ eau oux$ ille$ ^jou"},
    Profile{
        "es",
        "de la que el en y a los se del las un por con no una su para es al lo como más o pero sus le ha me si sin sobre este ya entre cuando todo esta ser "
        "son dos también fue había era muy años hasta desde está mi porque qué sólo han yo hay vez puede todos así nos ni parte tiene él uno donde bien usted "
        "ustedes gracias hola buenos días sí quiero puedo tengo estoy aquí ahora pedido favor nuestro nuestra cómo cuál tu te eso hacer hace le gustaría ayer",
        "ñ ¿ ¡ í ó á ú é", "ción$ ^ll mente$ dad$ ^est iento$ ^hab aje$ ño$"},
    Profile{
        "it",
        "di e il la che in un a per è una con sono non del della i le si da lo come al più ma anche o nel dei alla gli se questo ha su questa ho ci delle mi "
        "suo sua essere dalla dal nella loro tra quando molto fatto può tutto cosa io tu lei noi voi grazie buongiorno ciao sì vorrei posso puoi può sto qui "
        "ora ordine mio mia nostro vostro perché dove chi hanno abbiamo avete era stato stata ancora prima dopo oggi domani prego bene sul sulla sui entro "
        "giorni giorno conto arriva così però già alle negli l un dell all nell c",
        "ì ò à è ù", "zione$ gli$ ^qu ità$ ccia tto$ zza$ ^dell etti$ ando$"},
    Profile{
        "pt",
        "de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das tem à seu sua ou ser quando muito há nos já está eu "
        "também só pelo pela até isso ela entre era depois sem mesmo aos ter seus quem nas me esse eles estão você vocês tinha foram essa num nem suas meu às "
        "minha têm obrigado obrigada olá bom dia sim quero posso tenho estou aqui agora pedido favor nosso nossa fazer pode onde qual hoje amanhã ontem "
        "gostaria",
        "ã õ ç á â ê ó ú í", "ção$ ões$ nh lh mente$ ão$ ^voc eiro$"},
    Profile{"nl",
            "de en van het een in is dat op te zijn met voor niet aan er om ook als dan maar bij of uit nog naar heeft hij ze door over we wordt je u uw kan "
            "worden "
            "deze was ik zo tot wel geen jaar moet hebben meer kunnen dit wat mijn haar hun ons onze heb hebt ben bent wij jullie waar wanneer hoe wie dank "
            "bedankt "
            "alstublieft graag hallo goedemorgen ja nee hier nu vandaag morgen bestelling wil willen zal zou had werd al iets mij die",
            "", "ij oe$ ^ge ^ver sch aar$ lijk$ heid$ ^be uw$ oor eer$"},
    Profile{
        "sv",
        "och i att det som en på är av för med den till inte har de ett om var jag vi du han hon kan ni men sig från så ska min mitt mina din ditt er era vår "
        "vårt våra när hur vad vem där här nu eller också efter vid under mycket mer tack hej ja nej vill skulle blir blev bli varit hade måste beställning "
        "idag imorgon gärna detta denna dessa ingen inget alla något någon upp ut över bara redan mig dig honom oss",
        "å ä ö", "ck ^sk lig$ ning$ ande$ ör$ ött ^sj ell ning"},
    Profile{"da",
            "og i at det som en på er af for med den til ikke har de et om var jeg vi du han hun kan men sig fra så skal min mit mine din dit jeres vores når "
            "hvordan "
            "hvad hvem hvor her nu eller også efter ved under meget mere tak hej ja nej vil skulle bliver blev været havde denne dette disse ingen noget nogen "
            "op ud "
            "over kun allerede mig dig ham os gerne ordre bestilling",
            "æ ø å", "lig$ ende$ ^hv ge$ ske$ ød ^sp eg$"},
    Profile{"no",
            "og i at det som en på er av for med den til ikke har de et om var jeg vi du han hun kan men seg fra så skal min mitt mine din ditt deres våre når "
            "hvordan hva hvem hvor her nå eller også etter ved under mye mer takk hei ja nei vil skulle blir ble vært hadde denne dette disse ingen noe noen "
            "opp ut "
            "over bare allerede meg deg ham oss gjerne bestilling",
            "æ ø å", "lig$ ende$ ^hv ke$ ske$ øy ^kj eg$"},
    Profile{
        "fi",
        "ja on ei se että oli mutta hän joka niin kun tai ovat olen olet minä sinä me te he tämä voi voin mitä missä kuka miten kiitos hei kyllä sitä nyt myös "
        "vain jos kuin ole ollut sen minun sinun tilaus tilauksen haluan tänään huomenna vielä siitä tämän mukaan",
        "ä ö", "nen$ ssa$ ssä$ lla$ llä$ sta$ uu yy ää kk aan$ iin$"},
    Profile{"pl",
            "w i na z do nie się to jest że o jak po co dla od za przez ale tak czy już był być są który która które jego jej tylko może ten ta te tym tego "
            "tej ich "
            "ma mam masz pan pani pana państwa proszę dziękuję dzień dobry cześć tak nie gdzie kiedy kto ile mój moja moje mi mnie nam nas was chcę chciałbym "
            "chciałabym mogę można teraz dzisiaj jutro zamówienie zamówienia bardzo będzie więc oraz jeszcze bez pod przed żeby jestem",
            "ł ą ę ś ż ź ć ń", "sz cz rz dz ^prz ^wy śmy$ owie$ ego$ ych$ ów$"},
    Profile{"cs",
            "a v je na se že to s z do o si ale jak za by k po už tak pro od který která které jsem jsme jste jsou bylo byl být není jen může můžete ten ta "
            "můj moje "
            "mi mně nám vás děkuji děkujeme prosím dobrý den ano ne kde kdy kdo co chci teď dnes zítra objednávka objednávku velmi bude ještě",
            "ř ě ů č š ž ý", "ění$ ost$ ^při ých$ ého$ ová ^ne"},
    Profile{"ro",
            "și de la în a cu pe un o nu că este pentru din mai să se care sunt ce am ai dar sau ca fi fost lui ei eu tu noi voi el ea acest această aceasta "
            "meu mea "
            "mulțumesc bună ziua da unde când cine cum vreau pot aveți avem acum astăzi mâine comanda comandă dumneavoastră vă rog foarte",
            "ă ț ș â î", "ului$ ilor$ ție$ esc$ ează$ ăm$"},
    Profile{"hu",
            "a az és hogy nem is egy ez meg van de csak már vagy el volt mint még ki ha azt én te mi ti ők lehet kell köszönöm kérem igen jó napot hol mikor "
            "mennyi "
            "szeretnék most ma holnap rendelés rendelést nagyon vagyok lesz ezt kérjük",
            "ő ű ö ü á é", "nak$ nek$ ban$ ben$ sz gy ny ^meg ság$ ség$ tt$"},
    Profile{
        "tr",
        "ve bir bu da de için ile çok ne o var mi mı daha gibi olarak kadar ama ben sen biz siz en olan değil yok sonra her şey şu nasıl neden nerede kim evet "
        "hayır merhaba teşekkürler teşekkür ederim lütfen istiyorum siparişim sipariş bana size beni bugün yarın dün şimdi oldu olur musunuz mısınız ediyorum "
        "edebilir olduğu benim sizin hangi ki ise",
        "ğ ı ş ç ö ü", "lar$ ler$ ıyor iyor uyor nız$ niz$ dır$ dir$ mak$ mek$ ^yap ını ünü"},
    Profile{"id",
            "yang dan di itu dengan untuk tidak ini dari dalam akan pada juga saya ke karena tersebut bisa ada mereka lebih telah sudah atau seperti oleh kami "
            "kita "
            "anda apa bagaimana terima kasih ya bukan pesanan hari besok mohon maaf selamat",
            "", "kan$ nya$ ng$ ^meng ^ber ^pem"},
    // Cyrillic.
    Profile{"ru",
            "и в не на я что он с как это по но они мы она так из у за от вы же бы для о был до если уже или ее его ни быть меня мне есть нет да когда где кто "
            "спасибо пожалуйста здравствуйте заказ ваш вам вас мой очень можно только еще сегодня завтра может который чтобы хочу номер вашего вашу ваша "
            "назовите скажите хорошо день дней деньги вернутся ваши",
            "ы э ъ ё", "ться$ ого$ ение$ ый$ ой$ ^пере"},
    Profile{
        "uk",
        "і в не на я що він з як це по але вони ми вона так із у за від ви ж би для про був до якщо вже або її його ні бути мене мені є немає та коли де хто "
        "дякую будь ласка вітаю замовлення ваш вам вас мій дуже можна тільки ще сьогодні завтра може який щоб хочу добрий день номер вашого вашу ваша назвіть "
        "скажіть добре днів гроші",
        "і ї є ґ", "ться$ ого$ ення$ ий$ ість$ ^пере"},
    Profile{"bg",
            "и в не на аз че той с как това по но те ние тя така от за вие се да са беше до ако вече или си му ги ми има няма кога къде кой благодаря моля "
            "здравейте "
            "поръчка поръчката ваш ви много може само още днес утре който ще съм",
            "ъ щ", "та$ то$ ът$ ване$ ите$"},
};

}  // namespace

std::span<const Profile> profiles() { return profile_table; }

}  // namespace antiphon::languages
