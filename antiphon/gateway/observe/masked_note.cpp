#include "antiphon/gateway/observe/masked_note.hpp"

#include "antiphon/base/error.hpp"

namespace antiphon::gateway {

namespace {

struct Mask {
  const Masker& masker;

  void text(std::string& value) const { value = masker.mask(value); }
  void operator()(CallBegan& note) const { text(note.caller_id); }
  void operator()(TurnBegan& note) const { text(note.text); }
  void operator()(ModelAnswered& note) const { text(note.text), text(note.error); }
  void operator()(ToolAnswered& note) const {
    boost::system::error_code bad;
    const auto arguments = json::parse(note.arguments, bad);
    // As JSON every string is masked for itself; what is none is one text.
    note.arguments = bad ? masker.mask(note.arguments) : json::serialize(masker.mask_json(arguments));
    text(note.error);
  }
  void operator()(SentenceSpoken& note) const { text(note.text), text(note.error); }
  void operator()(StageFailed& note) const { text(note.error); }
  void operator()(StoodIn& note) const { text(note.error); }
  void operator()(TurnEnded& note) const { text(note.heard_text); }
  void operator()(CallEnded& note) const { text(note.error); }
  // Nothing of anybody's is in the rest.
  void operator()(AudioRecognised&) const {}
  void operator()(BargedIn&) const {}
  void operator()(BargeInTakenBack&) const {}
  void operator()(CallEscalated&) const {}
};

}  // namespace

CallNote masked(CallNote note, const Masker& masker) {
  std::visit(Mask{masker}, note);
  return note;
}

}  // namespace antiphon::gateway
