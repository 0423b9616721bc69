#include "antiphon/gym/folder_writer.hpp"

#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "antiphon/base/compute.hpp"
#include "antiphon/base/pulse.hpp"
#include "antiphon/protocol/layercode/client_messages.hpp"
#include "antiphon/protocol/layercode/server_messages.hpp"

namespace antiphon::gym {

namespace {

/// What one go writes. All of it is its own: a disk that hangs may outlive the conversation.
struct Batch {
  std::vector<Clip> clips{};
  std::shared_ptr<const ConversationLog> log{};
  std::shared_ptr<const Mix> mix{};

  bool empty() const { return clips.empty() && !log && !mix; }
  bool has_sound() const { return !clips.empty() || mix; }
  void write(const ConversationFolder& folder) const {
    for (const auto& clip : clips)
      if (clip.of_user)
        folder.write_user_audio(clip.turn_number, *clip.samples, layercode::client_rate_hz);
      else
        folder.write_agent_audio(clip.turn_number, *clip.samples, layercode::response_rate_hz);
    if (log) folder.write_transcript(*log);
    if (mix) folder.write_mix(mix->interleaved());
  }
};

}  // namespace

struct FolderWriter::State {
  State(Runtime& its_runtime, std::shared_ptr<const ConversationFolder> its_folder) : runtime(its_runtime), folder(std::move(its_folder)) {}

  void note_failure() {
    if (!failure) failure = std::current_exception();
  }

  void write_at_once() {
    try {
      std::exchange(next, {}).write(*folder);
    } catch (...) {
      note_failure();
    }
  }

  // Once nobody is there any more, neither may the runtime be.
  static Task<> drive(std::shared_ptr<State> state) {
    while (!state->abandoned && !state->next.empty()) {
      const auto batch = std::make_shared<const Batch>(std::exchange(state->next, {}));
      // Sound may be long, and others' frames go first.
      auto& pool = batch->has_sound() ? BlockingPool::in_background() : state->runtime.blocking;
      const std::function<void()> work = [batch, folder = state->folder] { batch->write(*folder); };
      try {
        co_await compute<void>(state->runtime, work, pool);
      } catch (...) {
        state->note_failure();
      }
    }
    state->writing = false;
    state->changed.beat();
  }

  Runtime& runtime;
  std::shared_ptr<const ConversationFolder> folder;
  Batch next;
  bool writing = false, abandoned = false;
  std::exception_ptr failure;
  Pulse changed;
};

namespace {

template <class State>
void begin(const std::shared_ptr<State>& state) {
  if (state->runtime.clock.is_virtual()) return state->write_at_once();
  if (std::exchange(state->writing, true)) return;
  // Detached from the executor's point of view only: `settled` waits for its end.
  asio::co_spawn(state->runtime.executor, State::drive(state), asio::detached);
}

}  // namespace

FolderWriter::FolderWriter(Runtime& runtime, std::shared_ptr<const ConversationFolder> folder) : state_(std::make_shared<State>(runtime, std::move(folder))) {}

FolderWriter::~FolderWriter() { state_->abandoned = true; }

void FolderWriter::write(std::vector<Clip> clips, std::shared_ptr<const ConversationLog> log) {
  auto& next = state_->next;
  for (auto& clip : clips) {
    std::erase_if(next.clips, [&](const Clip& waiting) { return waiting.of_user == clip.of_user && waiting.turn_number == clip.turn_number; });
    next.clips.push_back(std::move(clip));
  }
  next.log = std::move(log);
  begin(state_);
}

void FolderWriter::write_mix(std::shared_ptr<const Mix> mix) {
  state_->next.mix = std::move(mix);
  begin(state_);
}

void FolderWriter::check() {
  if (const auto failure = std::exchange(state_->failure, nullptr)) std::rethrow_exception(failure);
}

Task<> FolderWriter::settled() {
  const auto state = state_;
  while (state->writing) co_await state->changed.wait();
  if (const auto failure = std::exchange(state->failure, nullptr)) std::rethrow_exception(failure);
}

}  // namespace antiphon::gym
