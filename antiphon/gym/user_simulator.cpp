#include "antiphon/gym/user_simulator.hpp"

#include <stop_token>

#include <fmt/format.h>

#include "antiphon/audio/file.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/gym/agent_user.hpp"
#include "antiphon/gym/user_voice.hpp"

namespace antiphon::gym {

namespace {

/// Lines that somebody wrote, in order.
class TextUser final : public SimulatedUser {
 public:
  TextUser(const std::vector<std::string>& messages, bool as_text, const SimulatorContext& context)
      : messages_(messages), as_text_(as_text), context_(context) {}

  Task<> prepare() override {
    if (as_text_) co_return;
    UserVoice voice(context_);
    for (const auto& message : messages_) spoken_.push_back(co_await voice.speak(message));
  }
  Task<std::optional<UserResponse>> get_response(UserRequest) override {
    if (next_ == messages_.size()) co_return std::nullopt;
    UserResponse response{.text = messages_[next_]};
    if (!as_text_) response.speech = spoken_[next_];
    ++next_;
    co_return response;
  }
  bool waits() const override { return false; }
  bool is_done() const override { return next_ == messages_.size(); }

 private:
  std::vector<std::string> messages_;
  bool as_text_;
  SimulatorContext context_;
  std::vector<audio::Samples> spoken_;
  std::size_t next_ = 0;
};

/// Recordings, in order.
class FileUser final : public SimulatedUser {
 public:
  FileUser(const std::vector<std::string>& files, const SimulatorContext& context) : files_(files), context_(context) {}

  Task<> prepare() override {
    for (const auto& file : files_) {
      const std::function<audio::Samples(std::stop_token)> read = [file](std::stop_token) { return audio::read_audio_file(file); };
      recordings_.push_back(co_await context_.runtime.blocking.run<audio::Samples>(context_.runtime.clock, read));
    }
  }
  Task<std::optional<UserResponse>> get_response(UserRequest) override {
    if (next_ == files_.size()) co_return std::nullopt;
    UserResponse response;
    response.speech = recordings_[next_++];
    co_return response;
  }
  bool waits() const override { return false; }
  bool is_done() const override { return next_ == files_.size(); }

 private:
  std::vector<std::string> files_;
  SimulatorContext context_;
  std::vector<audio::Samples> recordings_;
  std::size_t next_ = 0;
};

class FunctionUser final : public SimulatedUser {
 public:
  using Function = std::function<Task<std::optional<UserResponse>>(UserRequest)>;
  FunctionUser(Function get_response, CustomUserOptions options) : get_response_(std::move(get_response)), options_(options) {}
  Task<std::optional<UserResponse>> get_response(UserRequest request) override { return get_response_(std::move(request)); }
  bool waits() const override { return options_.asked_in_pauses; }

 private:
  Function get_response_;
  CustomUserOptions options_;
};

class BlockingUser final : public SimulatedUser {
 public:
  using Function = std::function<std::optional<UserResponse>(UserRequest)>;
  BlockingUser(Function get_response, CustomUserOptions options, const SimulatorContext& context)
      : get_response_(std::move(get_response)), options_(options), runtime_(context.runtime) {}
  bool waits() const override { return options_.asked_in_pauses; }
  Task<std::optional<UserResponse>> get_response(UserRequest request) override {
    const std::function<std::optional<UserResponse>(std::stop_token)> work = [get_response = get_response_, request = std::move(request)](std::stop_token) {
      return get_response(request);
    };
    co_return co_await runtime_.blocking.run<std::optional<UserResponse>>(runtime_.clock, work);
  }

 private:
  Function get_response_;
  CustomUserOptions options_;
  Runtime& runtime_;
};

}  // namespace

Task<> SimulatedUser::prepare() { co_return; }

UserSimulator UserSimulator::from_text(std::vector<std::string> messages, bool send_as_text) {
  for (const auto& message : messages)
    if (message.find_first_not_of(" \t\r\n") == std::string::npos)
      throw Error(ErrorKind::configuration, "a line of the user is blank").with_hint("the platform ignores blank text: leave it out");
  return UserSimulator(
      [messages = std::move(messages), send_as_text](const SimulatorContext& context) { return std::make_unique<TextUser>(messages, send_as_text, context); },
      send_as_text);
}

UserSimulator UserSimulator::from_files(std::vector<std::string> files) {
  return UserSimulator([files = std::move(files)](const SimulatorContext& context) { return std::make_unique<FileUser>(files, context); });
}

UserSimulator UserSimulator::from_agent(AgentUserOptions options) {
  if (options.max_turns < 1) throw Error(ErrorKind::configuration, fmt::format("max_turns is {}", options.max_turns)).with_hint("a user speaks at least once");
  options.model = known_spelling(std::move(options.model));
  const bool text = options.send_as_text;
  return UserSimulator([options = std::move(options)](const SimulatorContext& context) { return make_agent_user(options, context); }, text);
}

UserSimulator UserSimulator::from_coroutine(std::function<Task<std::optional<UserResponse>>(UserRequest)> get_response, CustomUserOptions options) {
  return UserSimulator(
      [get_response = std::move(get_response), options](const SimulatorContext&) { return std::make_unique<FunctionUser>(get_response, options); },
      options.sends_text);
}

UserSimulator UserSimulator::from_blocking(std::function<std::optional<UserResponse>(UserRequest)> get_response, CustomUserOptions options) {
  return UserSimulator([get_response = std::move(get_response),
                        options](const SimulatorContext& context) { return std::make_unique<BlockingUser>(get_response, options, context); },
                       options.sends_text);
}

ModelSettings usual_model(const Settings::Variables& environment) {
  const auto get = [&](std::string_view name) { return environment ? environment(name).value_or("") : std::string(); };
  if (!get("OPENAI_API_KEY").empty()) return {"openai/gpt-5-mini"};
  return {get("ANTIPHON_MODEL")};
}

ModelSettings known_spelling(ModelSettings model) {
  const auto colon = model.model.find(':'), slash = model.model.find('/');
  if (colon != std::string::npos && (slash == std::string::npos || colon < slash)) model.model[colon] = '/';
  return model;
}

}  // namespace antiphon::gym
