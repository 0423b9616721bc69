#include "antiphon/gateway/hearing/echo.hpp"

#include "antiphon/gateway/hearing/echo_gate.hpp"
#include "antiphon/gateway/hearing/room_echo.hpp"

namespace antiphon::gateway {

std::unique_ptr<EchoRemover> make_echo_remover(EchoPath path) {
  switch (path) {
    case EchoPath::line: return std::make_unique<EchoGate>();
    case EchoPath::room: return std::make_unique<RoomEcho>();
    case EchoPath::none: break;
  }
  return nullptr;
}

}  // namespace antiphon::gateway
