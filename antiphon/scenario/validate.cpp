#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "antiphon/audio/dtmf.hpp"
#include "antiphon/audio/file.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/spoken_text.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/providers/embed/registry.hpp"
#include "antiphon/providers/embed/taped.hpp"
#include "antiphon/scenario/clock_choice.hpp"
#include "antiphon/scenario/scenario.hpp"

namespace antiphon {

namespace {

class Validator {
 public:
  Validator(const Scenario& scenario, const ModelRegistry& models, const SpeechRegistry& speech) : scenario_(scenario), models_(models), speech_(speech) {}

  std::vector<ScenarioProblem> problems() && {
    ranges();
    roles();
    background();
    criteria();
    participants();
    auditor();
    if (problems_.empty()) budget();
    checks();
    const bool speech_is_there = voice();
    if (speech_is_there) clock();
    return std::move(problems_);
  }

 private:
  template <class... Args>
  void add(fmt::format_string<Args...> text, Args&&... args) {
    add_with({}, text, std::forward<Args>(args)...);
  }
  template <class... Args>
  void add_with(std::string hint, fmt::format_string<Args...> text, Args&&... args) {
    const auto& place = place_.line > 0 ? place_ : whole_;
    problems_.push_back({.text = fmt::format(text, std::forward<Args>(args)...), .place = place, .hint = std::move(hint)});
  }

  /// Where what is looked at stands, for as long as this lives.
  class At {
   public:
    At(Validator& validator, Location place) : validator_(validator), before_(std::exchange(validator.place_, std::move(place))) {}
    ~At() { validator_.place_ = std::move(before_); }
    At(const At&) = delete;
    At& operator=(const At&) = delete;

   private:
    Validator& validator_;
    Location before_;
  };
  At at(const Step& step) { return At(*this, {scenario_.file, step.line, step.column}); }

  void ranges() {
    if (scenario_.name.empty()) add("a scenario needs a name");
    const int max_turns = scenario_.max_turns.value_or(default_max_turns);
    if (max_turns < 1) add("max_turns is {}; it must be at least 1", max_turns);
    if (scenario_.min_turns < 0) add("min_turns is {}; it cannot be negative", scenario_.min_turns);
    if (scenario_.min_turns > max_turns) add("min_turns ({}) is more than max_turns ({})", scenario_.min_turns, max_turns);
    if (scenario_.timeout.value_or(default_timeout) <= Duration::zero()) add("timeout must be longer than nothing");
    if (scenario_.turn_timeout.value_or(default_turn_timeout) <= Duration::zero()) add("turn_timeout must be longer than nothing");
  }

  bool played(Role role) const {
    const auto& own = role == Role::user ? scenario_.user : role == Role::agent ? scenario_.agent : scenario_.judge;
    return own ||
           std::any_of(scenario_.participants.begin(), scenario_.participants.end(), [role](const auto& extra) { return extra.role == role && extra.spec; });
  }

  void need(Role role, std::string_view step, int number) {
    if (played(role)) return;
    const auto what = role == Role::user ? "a simulated user" : role == Role::agent ? "an agent" : "a judge";
    if (number == 0)
      add("nobody plays the {} that the scenario needs (it has no script, so it proceeds by itself): add {}", to_string(role), what);
    else
      add("nobody plays the {} that step {} of the script (`{}`) needs: add {}, or give the step its text", to_string(role), number, step, what);
  }

  void roles() {
    if (scenario_.script.empty()) {
      need(Role::user, "proceed", 0);
      need(Role::agent, "proceed", 0);
    }
    int number = 0;
    for (const auto& step : scenario_.script) {
      ++number;
      const auto here = at(step);
      if (const auto* speak = std::get_if<Step::Speak>(&step.what); speak && !speak->text && !speak->message) need(speak->role, to_string(speak->role), number);
      if (std::holds_alternative<Step::Judge>(step.what)) need(Role::judge, "judge", number);
      if (const auto* proceed = std::get_if<Step::Proceed>(&step.what)) {
        if (proceed->turns.value_or(0) < 0) add("step {} of the script proceeds for {} turns: give it 0 or more", number, *proceed->turns);
        need(Role::user, "proceed", number);
        need(Role::agent, "proceed", number);
      }
    }
  }

  // Whatever needs the conversation waits for a turn in the background; a second one beside it is refused (SCN-11).
  void background() {
    int number = 0, open_since = 0;
    for (const auto& step : scenario_.script) {
      ++number;
      const auto here = at(step);
      const auto* speak = std::get_if<Step::Speak>(&step.what);
      const bool begins = speak && !speak->wait && !speak->text && !speak->message;
      if (begins && open_since > 0)
        add("step {} of the script lets the agent answer in the background, and its turn of step {} is still there: put an `agent` step between them", number,
            open_since);
      if (speak || std::holds_alternative<Step::Judge>(step.what) || std::holds_alternative<Step::Proceed>(step.what)) open_since = begins ? number : 0;
    }
  }

  void criteria() {
    const auto checkpoint = [](const Step& step) {
      const auto* judge = std::get_if<Step::Judge>(&step.what);
      return judge && judge->criteria;
    };
    const auto& own = scenario_.judge.criteria();
    if (own && own->empty() && std::none_of(scenario_.script.begin(), scenario_.script.end(), checkpoint))
      add("the judge has no criteria: list at least one sentence for it to decide on");
  }

  void check(const ParticipantSpec& spec) {
    if (!spec) return;
    try {
      spec.check(models_, scenario_.model);
    } catch (const Error& error) {
      add("{}{}{}", error.message(), error.hint().empty() ? "" : "; ", error.hint());
    }
  }

  void participants() {
    check(scenario_.user);
    check(scenario_.agent);
    check(scenario_.judge);
    for (const auto& extra : scenario_.participants) check(extra.spec);
  }

  void auditor() {
    const auto& audit = scenario_.audit;
    const bool settings = audit.temperature || audit.max_tokens || audit.price || !audit.base_url.empty() || !audit.key.empty() || !audit.extra.empty();
    if (audit.empty() && settings) add("the audit has settings and no model: name one with `audit: {{model: provider/name}}`");
    if (!is_audited(scenario_)) return;
    try {
      models_.check(audit);
    } catch (const Error& error) {
      add("the auditor: {}{}{}", error.message(), error.hint().empty() ? "" : "; ", error.hint());
    }
  }

  void budget() {
    if (scenario_.budget.tokens.value_or(1) < 1) add("the budget of {} tokens allows no call: give it at least 1", *scenario_.budget.tokens);
    if (!scenario_.budget.usd) return;
    if (*scenario_.budget.usd <= 0) add("the budget of {} dollars allows no call: give it more than 0", *scenario_.budget.usd);
    const auto require = [this](bool priced, std::string_view who) {
      if (!priced)
        add("a budget in dollars needs the price of every model, and that of the {} is not known: give it `price: {{input: …, output: …}}` "
            "(dollars per million tokens), or use `budget: {{tokens: …}}`",
            who);
    };
    const auto priced = [&](const ParticipantSpec& spec) { require(!spec || spec.price_is_known(models_, scenario_.model), spec.name()); };
    priced(scenario_.user);
    priced(scenario_.agent);
    priced(scenario_.judge);
    for (const auto& extra : scenario_.participants) priced(extra.spec);
    require(!is_audited(scenario_) || models_.price(scenario_.audit), "auditor");
  }

  void one_check(const Check& check) {
    try {
      antiphon::validate(check);
      const bool taped = is_replayed(scenario_) && embed::asks_a_server(scenario_.embedding);
      if (std::holds_alternative<SimilarCheck>(check.what) && !taped) EmbedderRegistry::check(scenario_.embedding);
      if (is_about_a_call(check)) check_of_call(check);
    } catch (const Error& error) {
      add("{}{}{}", error.message(), error.hint().empty() ? "" : "; ", error.hint());
    }
  }

  void check_of_call(const Check& check) {
    if (!scenario_.agent.voice()) {
      add("the check `{}` needs an agent that is spoken to, and `{}` is written to: use one by voice, such as `composed`", check.kind(),
          scenario_.agent.name());
      return;
    }
    const auto* heard = std::get_if<HeardCheck>(&check.what);
    if (!heard || heard->by == HeardCheck::By::agent) return;
    if (!scenario_.agent.voice()->capabilities.streaming_transcripts)
      add("the check `heard` by the user compares with the agent's own text, and `{}` tells none", scenario_.agent.name());
    else if (!scenario_.voice.hear)
      add("the check `heard` by the user needs a recogniser, and our user takes the agent's word for it: set `voice: {{hear: auto}}`");
    else if (!scenario_.voice.hear->phrases.empty())
      add("the check `heard` by the user cannot be decided by a recogniser that was told `phrases` to expect: leave them out");
  }

  void checks() {
    for (const auto& check : scenario_.checks) {
      const At here(*this, {scenario_.file, check.line, 0});
      one_check(check);
    }
    for (const auto& step : scenario_.script) {
      const auto here = at(step);
      if (const auto* assertion = std::get_if<Step::Assert>(&step.what)) one_check(assertion->check);
    }
  }

  static std::string_view voice_step(const Step& step) {
    if (std::holds_alternative<Step::Audio>(step.what)) return "audio";
    if (std::holds_alternative<Step::Silence>(step.what)) return "silence";
    if (std::holds_alternative<Step::Dtmf>(step.what)) return "dtmf";
    if (std::holds_alternative<Step::Interrupt>(step.what)) return "interrupt";
    if (std::holds_alternative<Step::Effects>(step.what)) return "effects";
    return {};
  }

  // Whether the speech that the scenario needs is there.
  bool voice() {
    const auto before = problems_.size();
    int number = 0;
    for (const auto& step : scenario_.script) {
      ++number;
      const auto here = at(step);
      const auto kind = voice_step(step);
      if (kind.empty()) {
        if (const auto* speak = std::get_if<Step::Speak>(&step.what); speak && scenario_.agent.voice() && speak->role == Role::user) words(*speak, number);
        continue;
      }
      if (!scenario_.agent.voice())
        add("step {} of the script (`{}`) needs an agent that is spoken to, and `{}` is written to: use one by voice, such as `composed`", number, kind,
            scenario_.agent.name());
      else
        voice_step(step, number);
    }
    if (!scenario_.agent.voice()) return true;
    auto options = scenario_.voice;
    options.interruptions = interruptions_of(scenario_);
    {
      const At here(*this, scenario_.voice_place);
      for (const auto& problem : problems_of(options, speech_)) add("{}", problem);
    }
    if (options.interruptions && options.interruptions->strategy == InterruptionStrategy::contextual && !scenario_.user.cuts_in())
      add("interruptions with the strategy `contextual` take their words from the user's model, and {} has none: let a persona play the user, or use the "
          "strategy `random_phrase`",
          scenario_.user ? fmt::format("the user `{}`", scenario_.user.name()) : "this scenario");
    const At here(*this, scenario_.agent_place);
    try {
      if (scenario_.agent.voice()->check) scenario_.agent.voice()->check(speech_);
    } catch (const Error& error) {
      add("the agent's speech: {}{}{}", error.message(), error.hint().empty() ? "" : "; ", error.hint());
    }
    return problems_.size() == before;
  }

  void voice_step(const Step& step, int number) {
    const auto effects = [&](const std::vector<VoiceEffect>& list) {
      for (auto& problem : problems_of({.effects = list}, speech_)) add("step {} of the script: {}", number, problem);
    };
    if (const auto* audio = std::get_if<Step::Audio>(&step.what)) {
      if (!audio->samples) file(audio->file, number);
      if (audio->how.effects) effects(*audio->how.effects);
    }
    if (const auto* change = std::get_if<Step::Effects>(&step.what)) effects(change->effects);
    if (const auto* silence = std::get_if<Step::Silence>(&step.what); silence && silence->duration <= Duration::zero())
      add("step {} of the script: a silence must be longer than nothing", number);
    if (const auto* dtmf = std::get_if<Step::Dtmf>(&step.what)) keys(dtmf->keys, number);
    if (const auto* cut = std::get_if<Step::Interrupt>(&step.what)) interruption(*cut, number);
  }

  void keys(const std::string& pressed, int number) {
    try {
      audio::dtmf_tones(pressed);
      if (pressed.find_first_not_of("wW") == std::string::npos)
        add_with("name the keys, or use `silence` for a turn without any", "step {} of the script: {} presses no key", number, quote(pressed));
    } catch (const Error& error) {
      add("step {} of the script: {}", number, error.message());
    }
  }

  void words(const Step::Speak& speak, int number) {
    const auto said = speak.text ? *speak.text : speak.message ? speak.message->text() : std::string();
    if ((speak.text || speak.message) && !has_speech(said)) nothing_to_say(said, number);
  }

  void nothing_to_say(const std::string& text, int number) {
    add("step {} of the script: {} holds nothing that a voice could say; write words, or use `silence` or `dtmf` for a turn without any", number,
        quote(cut(text, 60)));
  }

  void interruption(const Step::Interrupt& cut, int number) {
    if (!cut.file.empty()) file(cut.file, number);
    if (!cut.text.empty() && cut.file.empty() && !has_speech(cut.text)) nothing_to_say(cut.text, number);
    if (cut.text.empty() && cut.file.empty()) add("step {} of the script interrupts with nothing: give it `text`", number);
    if ((cut.after_words ? 1 : 0) + (cut.after ? 1 : 0) + (cut.after_sent ? 1 : 0) > 1)
      add("step {} of the script: give `interrupt` one of after_words, after and after_sent", number);
    if (cut.after_sent && scenario_.agent.voice()->capabilities.fills_silence)
      add("step {} of the script: `after_sent` waits until `{}` sends nothing, and it sends silence all the time: use `after` or `after_words`", number,
          scenario_.agent.name());
    if (cut.after_words.value_or(1) < 1) add("step {} of the script: after_words is {}, and counts from 1", number, *cut.after_words);
  }

  // Read to its end: what breaks in the middle of a call has cost the call.
  void file(const std::string& path, int number) {
    try {
      audio::check_audio_file(path);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::not_found)
        add_with(scenario_.file.empty() ? "name one that is there" : "name one that is there: its path is relative to the suite's file",
                 "step {} of the script: there is no recording {}", number, path);
      else
        add_with(error.hint().empty() ? "name a recording that can be played: WAV, MP3, OGG, FLAC or Opus" : error.hint(), "step {} of the script: {}", number,
                 error.message());
    }
  }

  void clock() {
    if (scenario_.clock != ClockChoice::virtual_time) return;
    if (const auto blocker = first_not_on_clock(scenario_, models_, speech_))
      add("clock: virtual needs everybody to wait on our clock alone, and the participant `{}` does not: use `clock: wall` or `auto`", *blocker);
  }

  const Scenario& scenario_;
  const ModelRegistry& models_;
  const SpeechRegistry& speech_;
  const Location whole_{scenario_.file, scenario_.line, scenario_.column};
  Location place_{};
  std::vector<ScenarioProblem> problems_;
};

}  // namespace

std::optional<InterruptionConfig> interruptions_of(const Scenario& scenario) {
  auto config = scenario.voice.interruptions;
  if (const auto& own = scenario.user.interrupt_probability()) {
    if (!config) config.emplace();
    config->probability = *own;
  }
  return config;
}

std::vector<std::string> validate(const Scenario& scenario, const ModelRegistry& models, const SpeechRegistry& speech) {
  std::vector<std::string> texts;
  for (auto& problem : find_problems(scenario, models, speech))
    texts.push_back(problem.hint.empty() ? std::move(problem.text) : fmt::format("{}; {}", problem.text, problem.hint));
  return texts;
}

std::vector<ScenarioProblem> find_problems(const Scenario& scenario, const ModelRegistry& models, const SpeechRegistry& speech) {
  if (is_replayed(scenario)) return Validator(scenario, models.replaying(), speech.replaying()).problems();
  return Validator(scenario, models, speech).problems();
}

}  // namespace antiphon
