#pragma once

#include <memory>
#include <vector>

#include "antiphon/audio/pcm.hpp"
#include "antiphon/base/runtime.hpp"
#include "antiphon/base/task.hpp"
#include "antiphon/gym/conversation_folder.hpp"
#include "antiphon/gym/mix.hpp"

namespace antiphon::gym {

/// One side of a turn, to become a file.
struct Clip {
  bool of_user = false;
  int turn_number = 0;
  std::shared_ptr<const audio::Samples> samples;  ///< at the rate of its side
};

/// Writes the files of a conversation while that goes on: nobody waits for a disk, nor for a processor that has better things to do. One executor.
///
/// Files are written in the order in which they were asked for, but of transcripts, mixes and clips of one side of a turn that wait only the last. In virtual
/// time each is written at once.
class FolderWriter {
 public:
  FolderWriter(Runtime& runtime, std::shared_ptr<const ConversationFolder> folder);
  ~FolderWriter();
  FolderWriter(const FolderWriter&) = delete;
  FolderWriter& operator=(const FolderWriter&) = delete;

  void write(std::vector<Clip> clips, std::shared_ptr<const ConversationLog> log);
  void write_mix(std::shared_ptr<const Mix> mix);
  /// @throws Error of what could not be written, once.
  void check();
  /// Until all is written. @throws as `check`.
  Task<> settled();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace antiphon::gym
