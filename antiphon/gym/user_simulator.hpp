#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "antiphon/audio/pcm.hpp"
#include "antiphon/base/json.hpp"
#include "antiphon/base/task.hpp"
#include "antiphon/gym/settings.hpp"
#include "antiphon/gym/wait_context.hpp"
#include "antiphon/providers/llm/registry.hpp"
#include "antiphon/providers/speech/registry.hpp"

namespace antiphon::gym {

/// What a simulated user is asked with, each time the agent has finished or it waits no longer.
struct UserRequest {
  std::string conversation_id{};
  int turn_number = 0;                          ///< of the turn that the answer begins
  std::vector<std::string> agent_transcript{};  ///< all that the agent has said, an entry each time
  std::string text{};                           ///< what it has said since the user last spoke; empty: nothing
  std::vector<json::value> data{};              ///< that came with it
  std::optional<WaitContext> wait_context{};    ///< set once the user has waited since it last spoke
  bool may_wait = true;                         ///< false: it has waited as often as it may, and must answer
  bool may_go_on = false;                       ///< the agent's turn is not over: it pauses
};

/// What it does. Sound wins over text, which is then taken for its words.
struct UserResponse {
  std::optional<std::string> text{};
  std::optional<std::string> audio_path{};  ///< a sound file: WAV, FLAC, OGG, Opus, MP3
  std::vector<json::value> data{};          ///< sent beside it, each as a message of its own
  std::optional<double> wait_seconds{};     ///< more than 0: it says nothing yet, and is asked again
  audio::Samples speech{};                  ///< canonical; in place of a file

  bool has_payload() const { return (text && !text->empty()) || audio_path || !speech.empty() || !data.empty(); }
  bool is_wait() const { return wait_seconds && *wait_seconds > 0; }
  static UserResponse wait(double seconds) {
    UserResponse response;
    response.wait_seconds = seconds;
    return response;
  }
};

/// The user of one conversation. Used on the conversation's thread.
class SimulatedUser {
 public:
  virtual ~SimulatedUser() = default;
  /// Before the conversation: what takes its time and is none of the agent's. @throws Error.
  virtual Task<> prepare();
  /// nullopt, or nothing at all in it: the conversation is over. @throws Error.
  virtual Task<std::optional<UserResponse>> get_response(UserRequest request) = 0;
  /// Whether it knows how to wait for an agent in the middle of its turn; others are asked at ends of turns alone.
  virtual bool waits() const { return true; }
  /// Whether an agent that hangs up now leaves nothing unsaid. Whoever does not know beforehand what it will say takes a goodbye for the end.
  virtual bool is_done() const { return true; }
};

/// What simulated users need. References outlive them.
struct SimulatorContext {
  Runtime& runtime;
  net::HttpClient& http;
  const ModelRegistry& models;
  const SpeechRegistry& speech;
  const Settings& settings;
  Settings::Variables environment;
  std::string id{};  ///< of the conversation among those of one run; with the seed it keys what is random
  std::uint64_t seed = 0;
};

/// Who a model plays, and what for.
struct Persona {
  std::string background_context = "You are curious about voice assistants and have a few minutes to spare.";
  std::string intent = "You want to find out what this assistant can do for you.";
};

struct CustomUserOptions {
  bool sends_text = false;       ///< it never speaks: not even a greeting need be played to it
  bool asked_in_pauses = false;  ///< also in a longer pause within the agent's turn (`UserRequest::may_go_on`), where it may wait
};

struct AgentUserOptions {
  Persona persona{};
  ModelSettings model{};  ///< `openai/gpt-5-mini` (`openai:gpt-5-mini` is the same); empty: as `usual_model` says
  int max_turns = 3;      ///< times it speaks; waiting is not speaking
  bool send_as_text = false;
  bool enable_wait_tool = true;
};

/// Says what the user says in a conversation (GYM-2). A value; each conversation makes a user of its own.
class UserSimulator {
 public:
  using Factory = std::function<std::unique_ptr<SimulatedUser>(const SimulatorContext&)>;

  UserSimulator() = default;
  /// A class of one's own, made for each conversation.
  explicit UserSimulator(Factory make, bool sends_text = false) : make_(std::move(make)), sends_text_(sends_text) {}
  /// A function: `std::optional<UserResponse>(UserRequest)`, which may block and runs on a thread of its own, or a coroutine
  /// `Task<std::optional<UserResponse>>(UserRequest)`, which runs on the conversation's. Its texts are sent as texts.
  template <class F>
    requires std::is_invocable_v<F&, UserRequest>
  static UserSimulator custom(F get_response, CustomUserOptions options = {}) {
    if constexpr (std::is_same_v<std::invoke_result_t<F&, UserRequest>, Task<std::optional<UserResponse>>>)
      return from_coroutine(std::move(get_response), options);
    else
      return from_blocking([get_response](UserRequest request) mutable -> std::optional<UserResponse> { return get_response(std::move(request)); }, options);
  }

  /// These lines, one each turn: as text, or spoken.
  static UserSimulator from_text(std::vector<std::string> messages, bool send_as_text = false);
  /// These sound files, one each turn.
  static UserSimulator from_files(std::vector<std::string> files);
  /// A language model that plays a persona.
  static UserSimulator from_agent(AgentUserOptions options = {});

  explicit operator bool() const { return static_cast<bool>(make_); }
  std::unique_ptr<SimulatedUser> make(const SimulatorContext& context) const { return make_(context); }
  /// What it says goes as text, so that a greeting need not be played.
  bool sends_text() const { return sends_text_; }

 private:
  static UserSimulator from_coroutine(std::function<Task<std::optional<UserResponse>>(UserRequest)> get_response, CustomUserOptions options);
  static UserSimulator from_blocking(std::function<std::optional<UserResponse>(UserRequest)> get_response, CustomUserOptions options);

  Factory make_;
  bool sends_text_ = false;
};

/// The model where none was named: OpenAI's with a key, else what ANTIPHON_MODEL names; empty: there is none.
ModelSettings usual_model(const Settings::Variables& environment);
/// `openai:gpt-5-mini` as other tools write it is `openai/gpt-5-mini`.
ModelSettings known_spelling(ModelSettings model);

}  // namespace antiphon::gym
