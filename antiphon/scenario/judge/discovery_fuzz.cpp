#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "antiphon/scenario/judge/case_file.hpp"
#include "antiphon/trace/attributes.hpp"
#include "antiphon/trace/testing/hand_clock.hpp"

// Any bytes as what a model writes into a discovery tool: it is answered within bounds, whatever it asks for. The first byte chooses the tool.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace antiphon;
  if (size == 0) return 0;
  static testing_support::HandClock clock;
  static const CaseFile file = [] {
    const auto recorder = std::make_shared<trace::Recorder>(clock, trace::TraceId{1, 2}, RandomStream(1));
    const auto root = recorder->begin("scenario");
    for (int i = 0; i < 5; ++i)
      recorder->begin("execute_tool find", trace::SpanKind::internal, root.id()).set(trace::attr::tool_result, std::string(300, 'a') + "b");
    CaseFile made(recorder, 0);
    History messages;
    for (int i = 0; i < 5; ++i) messages.append(Message::user("where is my parcel? aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"));
    made.update(messages);
    return made;
  }();
  static constexpr const char* tools[] = {"expand_transcript", "grep_transcript", "expand_trace", "grep_trace"};
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto answer = file.look_up({"c", tools[data[0] % 4], std::string(text)});
  if (!answer || answer->empty() || answer->size() > 64 * 1024) __builtin_trap();
  return 0;
}
