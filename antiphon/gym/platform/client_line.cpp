#include "antiphon/gym/platform/client_line.hpp"

namespace antiphon::gym {

namespace {

constexpr std::size_t room = 256 * 1024;
constexpr auto longest_send = std::chrono::seconds(10);

}  // namespace

void ClientLine::send(const layercode::ServerMessage& message) {
  const auto* audio = std::get_if<layercode::ResponseAudio>(&message);
  waiting_.push_back({layercode::write_server_message(message), audio ? audio->turn_id : std::string()});
  bytes_ += waiting_.back().text.size();
  more_.beat();
}

void ClientLine::forget(const Waiting& gone) { bytes_ -= gone.text.size(); }

Task<> ClientLine::wait_for_room() {
  while (bytes_ > room) co_await less_.wait();
}

Task<> ClientLine::wait_until_sent() {
  while (sending_ || !waiting_.empty()) co_await less_.wait();
}

void ClientLine::drop_audio(const std::string& turn_id) {
  std::erase_if(waiting_, [&](const Waiting& waiting) {
    if (turn_id.empty() || waiting.audio_of != turn_id) return false;
    forget(waiting);
    return true;
  });
  less_.beat();
}

Task<> ClientLine::pump() {
  for (;;) {
    while (waiting_.empty()) co_await more_.wait();
    auto next = std::move(waiting_.front());
    waiting_.pop_front();
    sending_ = true;
    auto message = net::WsMessage::text(next.text);
    if (!socket_.send_now(message)) co_await socket_.send(std::move(message), Deadline::after(runtime_.clock, longest_send));
    sending_ = false;
    forget(next);
    less_.beat();
  }
}

}  // namespace antiphon::gym
