#include "desk.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <antiphon/base/base64.hpp>
#include <antiphon/base/error.hpp>
#include <antiphon/base/json.hpp>
#include <antiphon/base/spoken_text.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace spoken {

using namespace antiphon;
using namespace std::chrono_literals;

namespace {

constexpr auto frame = 20ms;
constexpr auto ahead = 1s;            // what the desk that thinks it need not be stopped sends in a frame's time
constexpr auto before_words = 300ms;  // a detector hears a word only once it has begun
constexpr auto send_limit = 5s;

const std::string greeting = "Hello, this is the parcel desk. How can I help you?";
const std::string hours = "We are open from nine in the morning to five in the afternoon, from Monday to Friday, and the counter closes for lunch at noon.";
const std::string sunday = "On Sunday we are closed.";
const std::string goodbye = "You are welcome. Goodbye.";
const std::string sorry = "I am sorry, could you say that again?";
const std::string impatient = "Let me stop you right there, because I know just what you want to ask me today.";

struct Order {
  const char* digits;
  const char* answer;
};
constexpr std::array<Order, 3> orders{{{"4271", "Order four two seven one arrives on Thursday."},
                                       {"4279", "Order four two seven nine arrives on Monday."},
                                       {"8350", "Order eight three five zero was delivered yesterday."}}};

std::string digits_in(std::string_view words) {
  std::string digits;
  for (const auto& word : spoken_words(words))
    if (word.size() == 1 && word[0] >= '0' && word[0] <= '9') digits += word;
  return digits;
}

bool mentions(std::string_view words, std::initializer_list<std::string_view> any) {
  const auto all = spoken_words(words);
  return std::ranges::any_of(any, [&](std::string_view wanted) { return std::ranges::find(all, wanted) != all.end(); });
}

/// What somebody hears who takes the last figure of an order for a nine.
std::string misheard(std::string words) {
  const auto at = words.find_last_of("0123456789");
  if (at != std::string::npos)
    words[at] = '9';
  else if (const auto one = words.rfind("one"); one != std::string::npos)
    words.replace(one, 3, "nine");
  return words;
}

}  // namespace

Bug bug_from(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, Bug>, 7> all{{{"none", Bug::none},
                                                                 {"talks-over", Bug::talks_over},
                                                                 {"late", Bug::late},
                                                                 {"ignores-barge-in", Bug::ignores_barge_in},
                                                                 {"ignores-signal", Bug::ignores_signal},
                                                                 {"mishears", Bug::mishears},
                                                                 {"goes-silent", Bug::goes_silent}}};
  for (const auto& [word, bug] : all)
    if (word == name) return bug;
  throw std::invalid_argument("--bug is one of none, talks-over, late, ignores-barge-in, ignores-signal, mishears, goes-silent");
}

std::string answer_to(std::string_view words) {
  const auto digits = digits_in(words);
  for (const auto& order : orders)
    if (digits.find(order.digits) != std::string::npos) return order.answer;
  if (mentions(words, {"sunday"})) return sunday;
  if (mentions(words, {"hours", "open"})) return hours;
  return mentions(words, {"thanks", "thank", "goodbye", "bye"}) ? goodbye : sorry;
}

Task<Speech> Speech::open(Runtime& runtime, net::HttpClient& http, const SpeechRegistry& registry) {
  const SpeechContext context{.runtime = runtime, .http = http, .scenario_id = "desk"};
  EarChoice ear("auto");
  ear.phrases = {"where is my order four two seven one",
                 "i would like to know where my parcel is and my order number is four two seven one",
                 "what are your opening hours",
                 "wait i mean on sunday",
                 "thank you",
                 "goodbye"};  // for a recogniser that knows no others
  Speech speech{.voice = registry.open(VoiceChoice("auto"), context), .ear = registry.open(ear, context), .said = {}};
  std::vector<std::string> sentences{greeting, hours, sunday, goodbye, sorry, impatient};
  for (const auto& order : orders) sentences.emplace_back(order.answer);
  for (const auto& sentence : sentences) {
    auto request = speech.voice.defaults;
    request.text = sentence;
    speech.said[sentence] = co_await synthesize_whole(*speech.voice.synthesiser, std::move(request), Deadline::after(runtime.clock, 60s));
  }
  co_return speech;
}

Call::Call(net::WebSocket& socket, Runtime& runtime, const Speech& speech, Bug bug)
    : socket_(socket), runtime_(runtime), speech_(speech), bug_(bug), activity_({.timing = {.onset = 200ms, .hangover = 600ms}}) {}

Task<> Call::serve() {
  begin(say(greeting));
  begin(play());
  try {
    co_await listen();
  } catch (const Error&) {
    // The line went down without a goodbye.
  }
  over_ = true;
  if (thinking_) thinking_->stop();
  while (under_way_ > 0) co_await ended_.wait();
}

Task<> Call::listen() {
  while (const auto message = co_await socket_.receive(Deadline::never())) {
    const auto parsed = try_parse_json(message->data);
    const auto type = parsed ? find_string(*parsed, "type") : std::nullopt;
    if (type == "interrupt") stop_speaking();
    if (type != "audio") continue;
    const auto bytes = decode_base64(find_string(*parsed, "audio").value_or(""));
    if (bytes) hear(line_.feed(audio::samples_from_bytes(*bytes)));
  }
}

void Call::hear(const audio::Samples& samples) {
  const auto edges = activity_.feed(samples);
  heard_.insert(heard_.end(), samples.begin(), samples.end());
  for (const auto& edge : edges) edge.starts ? caller_starts(edge.at) : caller_stopped(edge.at);
  const auto keep = audio::samples_in(2 * before_words);
  if (activity_.speaking() || heard_.size() < 2 * keep) return;
  const auto gone = heard_.size() - keep;
  heard_.erase(heard_.begin(), heard_.begin() + static_cast<std::ptrdiff_t>(gone));
  forgotten_ += gone;
}

void Call::caller_starts(std::size_t at) {
  words_from_ = at;
  if (bug_ == Bug::talks_over)
    thinking_ = begin(interject());
  else if (bug_ != Bug::ignores_barge_in)
    stop_speaking();
}

void Call::stop_speaking() {
  if (thinking_) thinking_->stop();
  if (outgoing_.empty()) return;
  outgoing_.clear(), said_ = 0;
  turn_open_ = false;
  begin(tell({{"type", "clear"}}));
}

void Call::caller_stopped(std::size_t at) {
  if (bug_ == Bug::goes_silent) return;
  const auto from = std::max(forgotten_, words_from_ - std::min(words_from_, audio::samples_in(before_words))) - forgotten_;
  const auto to = std::min(at + audio::samples_in(200ms) - forgotten_, heard_.size());
  thinking_ = begin(answer({heard_.begin() + static_cast<std::ptrdiff_t>(from), heard_.begin() + static_cast<std::ptrdiff_t>(to)}));
}

// Detached from the executor's point of view only: `serve` waits until all has ended.
std::shared_ptr<Stoppable> Call::begin(Task<> work) {
  auto stoppable = std::make_shared<Stoppable>();
  ++under_way_;
  asio::co_spawn(runtime_.executor, drive(stoppable, std::move(work)), asio::detached);
  return stoppable;
}

Task<> Call::drive(std::shared_ptr<Stoppable> stoppable, Task<> work) {
  try {
    co_await stoppable->run(std::move(work));
  } catch (const std::exception&) {
    // The caller went on, or hung up.
  }
  --under_way_;
  ended_.beat();
}

Task<> Call::answer(audio::Samples words) {
  auto heard = co_await speech_.ear.recogniser->transcribe(std::move(words), speech_.ear.defaults, Deadline::after(runtime_.clock, 30s));
  if (heard.text.empty()) co_return;
  if (bug_ == Bug::mishears) heard.text = misheard(std::move(heard.text));
  co_await tell({{"type", "transcript"}, {"role", "user"}, {"text", heard.text}});
  if (bug_ == Bug::late) co_await runtime_.clock.sleep_for(12s);
  co_await say(answer_to(heard.text));
}

Task<> Call::interject() {
  co_await runtime_.clock.sleep_for(400ms);
  co_await say(impatient);
}

Task<> Call::say(std::string sentence) {
  const auto& samples = speech_.said.at(sentence);
  outgoing_.insert(outgoing_.end(), samples.begin(), samples.end());
  turn_open_ = true;
  co_await tell({{"type", "transcript"}, {"role", "agent"}, {"text", sentence}});
}

// With `ignores_signal` all of a sentence is on its way before anybody can ask it to stop, and it holds that nothing is left to be stopped.
std::size_t Call::said_at_once() const { return audio::samples_in(bug_ == Bug::ignores_signal ? Duration(ahead) : Duration(frame)); }

// A frame every 20 ms of its speech, none in its pauses.
Task<> Call::play() {
  for (auto at = runtime_.clock.now(); !over_; at += frame) {
    co_await runtime_.clock.sleep_until(at);
    const auto count = std::min(said_at_once(), outgoing_.size() - said_);
    if (count > 0) {
      const auto bytes = audio::bytes_from_samples(audio::SampleView(outgoing_).subspan(said_, count));
      said_ += count;
      co_await tell({{"type", "audio"}, {"audio", encode_base64(bytes)}});
    }
    if (said_ < outgoing_.size() || !turn_open_) continue;
    turn_open_ = false;
    outgoing_.clear(), said_ = 0;
    co_await tell({{"type", "turn_end"}});
  }
}

Task<> Call::tell(json::value message) { co_await socket_.send(net::WsMessage::text(json::serialize(message)), Deadline::after(runtime_.clock, send_limit)); }

}  // namespace spoken
