#include "antiphon/report/transcript_sink.hpp"

#include <mutex>
#include <ostream>

#include "antiphon/report/transcript.hpp"

namespace antiphon {

namespace {

class TranscriptSink final : public EventSink {
 public:
  TranscriptSink(const Terminal& terminal, bool prefixed)
      : out_(*terminal.out), style_(terminal), transcript_(style_, terminal.out_tty ? terminal.width : 0, prefixed) {}

  void add(const RunEvent& event) override {
    const std::lock_guard lock(mutex_);
    std::string text;
    if (const auto* added = std::get_if<MessageAdded>(&event)) text = transcript_.lines(*added);
    if (const auto* verdict = std::get_if<VerdictGiven>(&event)) text = transcript_.lines(*verdict);
    if (const auto* check = std::get_if<CheckEvaluated>(&event)) text = transcript_.lines(*check);
    if (const auto* audited = std::get_if<FaultAudited>(&event)) text = transcript_.lines(*audited);
    if (const auto* finished = std::get_if<RunFinished>(&event)) text = transcript_.close(finished->result.id);
    if (!text.empty()) out_ << text << std::flush;
  }

 private:
  std::mutex mutex_;
  std::ostream& out_;
  Style style_;
  Transcript transcript_;
};

}  // namespace

std::shared_ptr<EventSink> transcript_sink(const Terminal& terminal, bool prefixed) { return std::make_shared<TranscriptSink>(terminal, prefixed); }

}  // namespace antiphon
